using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What a guest without systemd and without a vsock reports.</summary>
public sealed class NotifyTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_without_systemd_reports_by_its_virtio_port_and_its_exit_status_is_ours(QemuKind qemu)
    {
        using var manager = new NotifySocket(Scratch);
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = manager.Path, ["WATCHDOG_USEC"] = "200000" },
            Scratch,
            qemu,
            Guest("notify=READY=1,notify=STATUS=up,wait-acpi,notify=EXIT_STATUS=123,poweroff", "--vsock=no"));
        await manager.Heard.WaitFor("STATUS=up", GuestBound);
        await manager.Heard.WaitFor("READY=1", ShortBound);
        await manager.Heard.WaitFor("WATCHDOG=1", ShortBound, times: 2);
        Assert.Contains("/dev/virtio-ports/org.vmspawn.notify", run.Error.Text, StringComparison.Ordinal);
        var status = await Status();
        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.Equal("up", status.GetProperty("guestStatus").GetString());

        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        var leader = run.Qemu;
        run.Signal("TERM");
        var ended = await run.End(GuestBound);
        Assert.Equal(123, ended.Status);
        Assert.EndsWith("the guest ended with exit status 123\n", ended.Error, StringComparison.Ordinal);
        await manager.Heard.WaitFor("STOPPING=1", ShortBound);
        await manager.Heard.WaitFor("EXIT_STATUS=123", ShortBound);
        Assert.Contains($"X_VMSPAWN_LEADER_PID={leader}\n", manager.Heard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_without_valid_reports_ends_with_zero_and_does_not_delay_readiness_when_that_is_requested()
    {
        using var manager = new NotifySocket(Scratch);
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = manager.Path },
            Scratch,
            QemuKind.Distribution,
            Guest("notify=EXIT_STATUS=1000,notify=READY=0,poweroff", "--notify-ready=no"));
        await manager.Heard.WaitFor("READY=1", ShortBound);
        Assert.DoesNotContain("vmtest: up", run.Output.Text, StringComparison.Ordinal);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.DoesNotContain("READY=0", manager.Heard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_from_before_a_reboot_of_the_guest_do_not_count_after_it()
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("notify=READY=1,notify=STATUS=up,wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.True((await Status()).GetProperty("ready").GetBoolean());
        using (var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, "reboot", Scratch.Mark))
            Assert.Equal(0, (await client.End(ShortBound)).Status);
        var status = await Status();
        Assert.Equal((false, null), (status.GetProperty("ready").GetBoolean(), status.GetProperty("guestStatus").GetString()));
        await run.Output.WaitFor("vmtest: waiting", GuestBound, times: 2);
        Assert.True((await Status()).GetProperty("ready").GetBoolean());
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    private async Task<JsonElement> Status()
    {
        using var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, "status", Scratch.Mark, "--json");
        var ended = await client.End(ShortBound);
        Assert.True(ended.Status == 0, ended.ToString());
        return JsonElement.Parse(ended.Output);
    }
}
