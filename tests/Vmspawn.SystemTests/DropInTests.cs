using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Called as systemd-vmspawn, it is that program: only spawning exists.</summary>
public sealed class DropInTests : VmTest
{
    [Fact]
    public async Task Under_its_old_name_the_first_word_is_a_kernel_argument_not_a_subcommand()
    {
        var link = Scratch.Own("systemd-vmspawn");
        File.CreateSymbolicLink(link, Prepared.Binary);
        using var run = VmspawnRun.StartProgram(
            link, new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            [.. Guest("report,poweroff")[..^2], "plan", "vmtest=report,poweroff"]);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("plan", GuestReport.In(ended.Output).CommandLine.Split(' '));
    }

    [Fact]
    public async Task Under_its_old_name_its_version_stands_where_that_of_systemds_tools_does()
    {
        var link = Scratch.Own("systemd-vmspawn");
        File.CreateSymbolicLink(link, Prepared.Binary);
        using var run = VmspawnRun.StartProgram(link, new Dictionary<string, string?>(), Scratch, QemuKind.Distribution, "--version");
        var ended = await run.End(ShortBound);
        Assert.Equal((0, ""), (ended.Status, ended.Error));
        Assert.Matches(@"^systemd \d+ \(\d+\.\d+\)\nvmspawn \d+\.\d+\.\d+\n$", ended.Output);
    }

    [Fact]
    public async Task Under_its_old_name_a_wrong_command_line_is_status_1()
    {
        var link = Scratch.Own("systemd-vmspawn");
        File.CreateSymbolicLink(link, Prepared.Binary);
        using var run = VmspawnRun.StartProgram(link, new Dictionary<string, string?>(), Scratch, QemuKind.Distribution, "--ram=0");
        Assert.StartsWith("vmspawn: --ram=0: ", (await run.EndWith(1, ShortBound)).Error, StringComparison.Ordinal);
        using var own = VmspawnRun.Start(Scratch, QemuKind.Distribution, "--ram=0");
        await own.EndWith(2, ShortBound);
    }

    [Theory, InlineData("--help"), InlineData("-h"), InlineData("--version")]
    public async Task Help_and_version_print_and_succeed(string option)
    {
        var ended = await Run(QemuKind.Distribution, option);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmspawn", ended.Output, StringComparison.Ordinal);
        Assert.Equal("", ended.Error);
    }
}
