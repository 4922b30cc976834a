using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

public class HelpTextTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void No_line_is_wider_than_the_terminal(int columns) =>
        Assert.All(HelpText.Write(new TextStyle(columns, Colours: false)).Split('\n'), line => Assert.True(line.Length <= columns, line));

    // One line or two for each of systemd-vmspawn's eighty options and of our own: seven screens is what that takes, and no more.
    [Fact]
    public void Help_is_at_most_seven_screens_of_24_lines() => Assert.InRange(HelpText.Write(TextStyle.Plain).Split('\n').Length - 1, 20, 168);

    [Fact]
    public void Every_default_is_shown()
    {
        var help = string.Join(' ', HelpText.Write(TextStyle.Plain).Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        foreach (var option in OptionTable.Create().All.Where(option => option.Default is not null))
            Assert.Contains($"[{option.Default}]", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Titles_are_bold_only_on_a_terminal_that_likes_it()
    {
        Assert.Contains("\e[1mDisks:\e[0m\n", HelpText.Write(new TextStyle(80, Colours: true)), StringComparison.Ordinal);
        Assert.DoesNotContain("\e", HelpText.Write(TextStyle.Plain), StringComparison.Ordinal);
    }
}
