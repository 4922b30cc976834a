namespace Vmspawn.Cli.Tests;

public class MessagesTests
{
    private static readonly Problem Wrong = new("c", "--ram=0", "a machine needs memory", "the default is 2G", ProblemKind.Usage);
    private static readonly Problem Failed = new("c", "disk", "is missing");

    [Fact]
    public void Each_problem_is_one_line_and_wrong_usage_points_to_the_help() =>
        Assert.Equal(
            "vmspawn: --ram=0: a machine needs memory (the default is 2G)\nvmspawn: disk: is missing\nTry 'vmspawn --help'.\n",
            Messages.Of([Wrong, Failed], TextStyle.Plain));

    [Fact]
    public void A_failure_does_not_point_to_the_help() => Assert.Equal("vmspawn: disk: is missing\n", Messages.Of([Failed], TextStyle.Plain));

    [Fact]
    public void Wrong_usage_exits_with_2_and_failure_with_1()
    {
        Assert.Equal(2, Messages.ExitStatus([Failed, Wrong], "/usr/bin/vmspawn"));
        Assert.Equal(1, Messages.ExitStatus([Failed, Wrong], "/usr/bin/systemd-vmspawn"));
        Assert.Equal(1, Messages.ExitStatus([Failed], "vmspawn"));
    }

    [Fact]
    public void Control_characters_are_shown_as_text() =>
        Assert.Equal("vmspawn: a\\x0ab\\x1b[31m: is missing\n", Messages.Of([Failed with { Subject = "a\nb\e[31m" }], TextStyle.Plain));

    [Fact]
    public void Messages_have_colours_only_in_a_style_with_colours()
    {
        Assert.Contains("\e[", Messages.Of([Failed], new TextStyle(80, Colours: true)), StringComparison.Ordinal);
        Assert.DoesNotContain("\e", Messages.Of([Failed], TextStyle.Plain), StringComparison.Ordinal);
    }
}
