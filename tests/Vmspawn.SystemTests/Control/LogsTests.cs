using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary><c>vmspawn logs</c>, of a machine that runs and of one that has ended.</summary>
public sealed class LogsTests : VmTest
{
    [Fact]
    public async Task The_console_and_the_messages_are_read_while_it_runs_and_after_its_end()
    {
        const QemuKind Qemu = QemuKind.Distribution;
        var missing = await Logs(Qemu);
        Assert.Equal(1, missing.Status);
        Assert.Contains("there is no log of a machine of this name", missing.Error, StringComparison.Ordinal);

        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        using var follower = VmspawnRun.Start(Scratch, Qemu, "logs", Scratch.Mark, "-f");
        await follower.Output.WaitFor("vmtest: waiting", ShortBound);
        var running = await Logs(Qemu);
        Assert.True(running is { Status: 0, Error: "" }, running.ToString());
        Assert.Contains($"vmspawn: {Scratch.Mark}: started as process {run.ProcessId}, its QEMU is process {run.Qemu}\n", running.Output, StringComparison.Ordinal);

        run.Signal("TERM");
        await run.EndWith(0, GuestBound);
        var followed = await follower.End(ShortBound);
        Assert.True(followed is { Status: 0, Error: "" }, followed.ToString());
        var ended = await Logs(Qemu);
        Assert.Equal(ended.Output, followed.Output);
        Assert.Contains("asking the guest to power off", ended.Output, StringComparison.Ordinal);
        Assert.EndsWith($"vmspawn: {Scratch.Mark}: ended with status 0\n", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', ended.Output);
    }

    private async Task<Ended> Logs(QemuKind qemu)
    {
        using var logs = VmspawnRun.Start(Scratch, qemu, "logs", Scratch.Mark);
        return await logs.End(ShortBound);
    }
}
