using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

public class NotYetTests
{
    private static ParsedCommand Parse(params string[] args) => CommandLine.Parse("systemd-vmspawn", ["-id", .. args], new Dictionary<string, string>());

    [Theory]
    [InlineData("--no-pager")]
    [InlineData("--no-ask-password")]
    public void What_asks_for_nothing_is_accepted(string option) => Assert.IsType<RunCommand>(Parse(option));

    [Theory]
    [InlineData("--console=gui")]
    public void What_asks_for_something_is_refused_by_name(string option)
    {
        var problem = Assert.Single(Assert.IsType<Mistakes>(Parse(option)).Problems);
        Assert.Equal(("not-available", option, ProblemKind.Usage), (problem.Code, problem.Subject, problem.Kind));
        Assert.EndsWith("is not available yet", problem.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--qemu-gui", "--qemu-gui")]
    [InlineData("--gui", "--qemu-gui")]
    public void Short_forms_are_refused_by_their_full_name(string word, string subject)
    {
        var problem = Assert.Single(Assert.IsType<Mistakes>(Parse(word)).Problems);
        Assert.Equal(("not-available", subject), (problem.Code, problem.Subject));
    }

    [Fact]
    public void Nothing_that_is_not_there_is_ever_ignored()
    {
        foreach (var option in OptionTable.Create().All.Where(option => option.Availability == Availability.Later))
        {
            var problem = Assert.Single(Assert.IsType<Mistakes>(Parse(option.TakesValue ? [option.Name, "value"] : [option.Name])).Problems);
            Assert.StartsWith(option.Name, problem.Subject, StringComparison.Ordinal);
        }
    }
}
