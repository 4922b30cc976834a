using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary><c>vmspawn run --exec=</c>, on a guest of busybox.</summary>
public sealed class OneCommandTests : VmTest
{
    private const QemuKind Qemu = QemuKind.Distribution;

    [Fact]
    public async Task The_command_has_our_streams_and_its_status_is_ours()
    {
        using var run = Start("cat; echo oh >&2; exit 7", "commands,wait-acpi,poweroff");
        await run.Input.WriteAsync(Encoding.UTF8.GetBytes("a  b\n"), TestContext.Current.CancellationToken);
        run.Input.Close();
        Assert.Equal(new Ended(7, "a  b\n", "oh\n"), await run.End(GuestBound));
    }

    [Fact]
    public async Task A_guest_without_an_init_that_could_be_asked_is_powered_off()
    {
        // The guest's first process is a shell that waits for input.
        using var run = Start("exit 3", "commands,shell");
        Assert.Equal(new Ended(3, "", ""), await run.End(GuestBound));
    }

    [Fact]
    public async Task A_panic_ends_it_with_the_end_of_the_console()
    {
        using var run = Start("echo begun; sleep 1; echo c >/proc/sysrq-trigger; sleep 1000", "commands,wait-acpi,poweroff", "--console=read-only");
        var ended = await run.End(GuestBound);
        Assert.Equal((255, "begun\n"), (ended.Status, ended.Output));
        Assert.Contains("vmtest: waiting", ended.Error, StringComparison.Ordinal);
        Assert.Contains($"vmspawn: {Scratch.Mark}: the guest's kernel panicked before the command's end: Kernel panic - not syncing: sysrq triggered crash\n", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_ends_first_is_told_with_the_end_of_its_console()
    {
        using var run = Start("true", "poweroff");
        var ended = await run.End(GuestBound);
        Assert.Equal((255, ""), (ended.Status, ended.Output));
        var lines = ended.Error.Split('\n');
        Assert.StartsWith($"vmspawn: {Scratch.Mark}: the machine ended before ", lines[0], StringComparison.Ordinal);
        Assert.Equal($"vmspawn: {Scratch.Mark}: the last lines of its console:", lines[1]);
        Assert.Contains("vmtest: poweroff", lines[2..], StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_signal_is_for_the_command_first_and_the_second_one_for_the_machine()
    {
        using var run = Start("trap 'echo caught' TERM; echo ready; while :; do sleep 1; done", "commands,ignore-acpi");
        await run.Output.WaitFor("ready\n", GuestBound);
        run.Signal("TERM");
        await run.Output.WaitFor("caught\n", ShortBound);
        run.Signal("TERM");
        Assert.Equal(128 + 9, (await run.End(ShortBound)).Status);
    }

    private VmspawnRun Start(string command, string words, params string[] options) =>
        VmspawnRun.Start(Scratch, Qemu, Guest(words, [.. options, $"--exec={command}"]).Where(word => word != "--console=read-only" || options.Contains(word)));
}
