using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Tests;

public class VerbTests
{
    private static ParsedCommand Parse(string invokedAs, params string[] args) => CommandLine.Parse(invokedAs, args, new Dictionary<string, string>());

    private static Problem Only(ParsedCommand command) => Assert.Single(Assert.IsType<Mistakes>(command).Problems);

    [Fact]
    public void Run_may_be_left_out()
    {
        Assert.Equal("d", Assert.IsType<RunCommand>(Parse("vmspawn", "-id")).Options.Image);
        Assert.Equal("d", Assert.IsType<RunCommand>(Parse("vmspawn", "run", "-id")).Options.Image);
    }

    [Theory]
    [InlineData("tree", (int)PlanFormat.Tree)]
    [InlineData("json", (int)PlanFormat.Json)]
    [InlineData("argv", (int)PlanFormat.Argv)]
    public void Plan_takes_a_format(string word, int format)
    {
        var plan = Assert.IsType<PlanCommand>(Parse("vmspawn", "plan", "-id", "--format=json", $"--format={word}", "quiet"));
        Assert.Equal((PlanFormat)format, plan.Format);
        Assert.Equal(["quiet"], plan.Options.KernelArguments);
    }

    [Fact]
    public void Plan_prints_a_tree_by_default() => Assert.Equal(PlanFormat.Tree, Assert.IsType<PlanCommand>(Parse("vmspawn", "plan", "-id")).Format);

    [Fact]
    public void A_format_that_is_not_there_is_refused() => Assert.Equal("choice", Only(Parse("vmspawn", "plan", "-id", "--format=xml")).Code);

    [Fact]
    public void Only_plan_has_a_format()
    {
        var problem = Only(Parse("vmspawn", "-id", "--format=json"));
        Assert.Equal("option-unknown", problem.Code);
        Assert.Contains("vmspawn plan", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_demo_takes_options_but_no_other_guest()
    {
        Assert.Equal(3, Assert.IsType<DemoCommand>(Parse("vmspawn", "demo", "--hotplug-ports=3")).Options.HotplugPorts);
        Assert.Equal(("demo-guest", "--linux="), (Only(Parse("vmspawn", "demo", "--linux=k")).Code, Only(Parse("vmspawn", "demo", "--linux=k")).Subject));
    }

    [Fact]
    public void Words_behind_the_machine_of_ssh_are_the_guests_command()
    {
        var command = Assert.IsType<SshCommand>(Parse("vmspawn", "ssh", "-l", "user", "vm", "ls", "-la", "--help"));
        Assert.Equal(("vm", "user"), (command.Name, command.Login));
        Assert.Equal(["ls", "-la", "--help"], command.Words);
        Assert.Equal((null, false), (command.Timeout, command.Quiet));
        Assert.Equal((TimeSpan.FromMinutes(5), true), Parse("vmspawn", "ssh", "-q", "--timeout=5min", "vm") is SshCommand asked ? (asked.Timeout, asked.Quiet) : default);
        Assert.Equal("operand-missing", Only(Parse("vmspawn", "ssh")).Code);
        Assert.Equal("login", Only(Parse("vmspawn", "ssh", "--login=-oProxyCommand=x", "vm")).Code);
    }

    [Theory]
    [InlineData("completion")]
    public void Reserved_subcommands_are_refused_by_name(string verb)
    {
        var problem = Only(Parse("vmspawn", verb, "--ram=0"));
        Assert.Equal(("not-available", verb), (problem.Code, problem.Subject));
    }

    [Theory]
    [InlineData("plna", "did you mean plan?")]
    [InlineData("stat", "did you mean status?")]
    [InlineData("disk.raw", "to boot it: -i disk.raw")]
    [InlineData("quiet", "kernel arguments follow the options: vmspawn run -i IMAGE ARGUMENT…")]
    public void Another_first_word_is_wrong_usage_with_a_hint(string word, string hint)
    {
        var problem = Only(Parse("/usr/bin/vmspawn", word));
        Assert.Equal(("verb-unknown", word, hint, ProblemKind.Usage), (problem.Code, problem.Subject, problem.Hint, problem.Kind));
    }

    [Fact]
    public void A_subcommand_is_one_only_as_the_first_word() =>
        Assert.Equal(["plan"], Assert.IsType<RunCommand>(Parse("vmspawn", "-id", "plan")).Options.KernelArguments);

    [Theory]
    [InlineData("systemd-vmspawn")]
    [InlineData("/usr/bin/systemd-vmspawn")]
    public void As_systemd_vmspawn_there_is_only_spawning(string invokedAs)
    {
        Assert.Equal(["plan", "--format=json"], Assert.IsType<RunCommand>(Parse(invokedAs, "-id", "plan", "--", "--format=json")).Options.KernelArguments);
        Assert.Equal(["list"], Assert.IsType<RunCommand>(Parse(invokedAs, "list")).Options.KernelArguments);
        var mixed = Assert.IsType<RunCommand>(Parse(invokedAs, "-id", "one", "--ram=3G", "two")).Options;
        Assert.Equal((3L << 30, "one two"), (mixed.Ram.Size, string.Join(' ', mixed.KernelArguments)));
        Assert.Equal(["[suggest]", "x"], Assert.IsType<RunCommand>(Parse(invokedAs, "[suggest]", "x")).Options.KernelArguments);
    }
}
