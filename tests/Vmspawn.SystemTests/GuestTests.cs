using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Commands in guests, by the library.</summary>
public sealed class GuestTests : LibraryTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_of_busybox_runs_commands_through_the_two_line_service(QemuKind qemu)
    {
        await using var restored = await StartRestored(qemu);
        Assert.True(restored.IsRestored, restored.WhyBooted);
        var machine = restored.Machine;
        var result = await machine.Guest.RunAsync(new GuestCommand("cat", "/proc/cmdline", "/nowhere") { Input = "x"u8.ToArray() }, Cancel);
        Assert.Equal((1, "shell"), (result.Status, machine.Guest.Channel));
        Assert.Contains("vmtest=commands", result.Output, StringComparison.Ordinal);
        Assert.Contains("/nowhere", result.Error, StringComparison.Ordinal);
        Assert.Equal("6 x", await machine.Guest.ShellAsync("echo $((1 + 5)) x", Cancel));
        var failure = await Assert.ThrowsAsync<GuestCommandException>(() => machine.Guest.ShellAsync("echo no such luck >&2; exit 4", Cancel));
        Assert.EndsWith("ended with status 4: no such luck", failure.Message, StringComparison.Ordinal);

        // A reset ends what ran, and the guest answers again.
        await using var sleep = await machine.Guest.StartAsync(new GuestCommand("sleep", "1000"), Cancel);
        await machine.ResetAsync(Cancel);
        await Assert.ThrowsAsync<GuestChannelException>(() => sleep.Exited.WaitAsync(GuestBound, Cancel));
        Assert.Equal("again", await machine.Guest.ShellAsync("echo again", Cancel));

        var wait = machine.Guest.RunAsync(new GuestCommand("sleep", "1000"), Cancel);
        await machine.Guest.StartAsync(GuestCommand.Shell("echo c >/proc/sysrq-trigger"), Cancel);
        await machine.Console.WaitForAsync("Kernel panic", GuestBound, Cancel).ContinueWith(_ => { }, TaskScheduler.Default);
        var panic = await Assert.ThrowsAsync<VmPanicException>(() => wait.WaitAsync(TimeSpan.FromSeconds(5), Cancel));
        Assert.Contains("sysrq triggered crash", panic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Debian_runs_commands_as_soon_as_its_systemd_does_without_anything_in_its_image()
    {
        await using var machine = await Start(QemuKind.Distribution, Debian());
        await machine.Guest.WaitAsync(GuestWait.Channel, GuestBound, Cancel);
        await machine.Guest.WaitAsync(GuestWait.Unit("multi-user.target"), GuestBound, Cancel);
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => machine.Guest.RunAsync(GuestCommand.Shell($"echo {i}; exit {i}") with { Timeout = GuestBound }, Cancel)));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (i, $"{i}\n")), results.Select(result => (result.Status, result.Output)));
        Assert.Equal("nobody 65534 /var", await machine.Guest.RunAsync(GuestCommand.Shell("echo $(id -un) $(id -u) $PWD") with { User = "nobody", WorkingDirectory = "/var" }, Cancel) is { } who ? who.Output.Trim() : "");
    }
}
