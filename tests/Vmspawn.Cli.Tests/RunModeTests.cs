using Vmspawn.Options;

namespace Vmspawn.Cli.Tests;

/// <summary><c>--exec=</c>, <c>--detach</c> and <c>--timeout=</c>.</summary>
public class RunModeTests
{
    private static ParsedCommand Parse(params string[] words) => CommandLine.Parse("vmspawn", words, new Dictionary<string, string>());

    private static string Mistake(params string[] words) => Assert.Single(Assert.IsType<Mistakes>(Parse(words)).Problems).ToString();

    [Fact]
    public void A_run_is_on_the_terminal_unless_asked_otherwise()
    {
        var run = Assert.IsType<RunCommand>(Parse("run", "-i", "a.raw"));
        Assert.Equal((new Attended(), ConsoleMode.Interactive), (run.Mode, run.Options.Console));
    }

    [Fact]
    public void A_command_and_a_time_limit_are_read_and_nobody_types()
    {
        var run = Assert.IsType<RunCommand>(Parse("-i", "a.raw", "--exec=make test", "--timeout=5min"));
        Assert.Equal(new OneCommand("make test", ShowsConsole: false, TimeSpan.FromMinutes(5)), run.Mode);
        Assert.Equal(ConsoleMode.ReadOnly, run.Options.Console);
    }

    [Fact]
    public void The_console_is_shown_beside_a_command_when_it_was_asked_for() =>
        Assert.Equal(new OneCommand("true", ShowsConsole: true, null), Assert.IsType<RunCommand>(Parse("-i", "a.raw", "--exec=true", "--console=read-only")).Mode);

    [Fact]
    public void A_detached_run_is_read()
    {
        var run = Assert.IsType<RunCommand>(Parse("run", "-i", "a.raw", "--detach"));
        Assert.Equal((new Detached(null), ConsoleMode.ReadOnly), (run.Mode, run.Options.Console));
    }

    [Fact]
    public void The_owner_of_a_detached_machine_gets_its_descriptors_before_the_same_words() =>
        Assert.Equal(new Detached(null) { Link = (7, 8) }, Assert.IsType<RunCommand>(Parse("[detached]", "7", "8", "run", "-i", "a.raw", "--detach")).Mode);

    [Theory]
    [InlineData("--detach --exec=true", "--detach: a machine that runs one command")]
    [InlineData("--timeout=5", "--timeout: it is the time limit of --exec= and --detach")]
    [InlineData("--exec=", "--exec=: there is no command")]
    [InlineData("--exec=true --console=native", "--exec: with --console=native QEMU itself reads the terminal")]
    [InlineData("--detach --console=native", "--detach: with --console=native QEMU itself reads the terminal")]
    [InlineData("--exec=true --guest-channel=no", "--exec: commands get into the guest by the channel")]
    [InlineData("--detach --timeout=never", "--timeout=never: this is not a time")]
    public void What_does_not_go_together_is_refused(string words, string sentence) =>
        Assert.StartsWith(sentence, Mistake(["-i", "a.raw", .. words.Split(' ')]), StringComparison.Ordinal);

    [Fact]
    public void The_plan_of_such_a_run_is_that_of_the_machine() =>
        Assert.IsType<PlanCommand>(Parse("plan", "-i", "a.raw", "--detach"));

    [Fact]
    public void The_demo_and_systemd_vmspawn_do_not_have_them()
    {
        Assert.Contains("it belongs to vmspawn run", Mistake("demo", "--detach"), StringComparison.Ordinal);
        var dropIn = Assert.IsType<Mistakes>(CommandLine.Parse("systemd-vmspawn", ["-i", "a.raw", "--detach"], new Dictionary<string, string>()));
        Assert.Contains("it belongs to vmspawn run", Assert.Single(dropIn.Problems).ToString(), StringComparison.Ordinal);
    }
}
