using System.Text.Json;
using Vmspawn.SystemTests.Harness;
using Vmspawn.Varlink;

namespace Vmspawn.SystemTests.Control;

/// <summary>The control socket of a VM, from its first moment to its last.</summary>
public sealed class ControlSocketTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_socket_is_accessible_to_its_owner_only_and_reports_what_runs(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(vm.Socket));
        var status = await vm.Call(ControlledVm.Ours + "Status");
        Assert.Equal(Scratch.Mark, status.GetProperty("name"u8).GetString());
        Assert.Equal(vm.Run.ProcessId, status.GetProperty("pid"u8).GetInt32());
        Assert.Equal(vm.Run.Qemu, status.GetProperty("qemuPid"u8).GetInt32());
        Assert.Equal(512 << 20, status.GetProperty("memory"u8).GetInt64());
        Assert.True((await vm.Call(ControlledVm.Instance + "Describe")).GetProperty("running"u8).GetBoolean());
        var ports = (await vm.Call(ControlledVm.Ours + "Topology")).GetProperty("plan"u8).GetProperty("ports"u8);
        Assert.Equal(ports.GetArrayLength(), (await vm.PortStates()).Values.Sum());
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_paused_VM_is_shown_as_paused_until_it_is_resumed(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Call(ControlledVm.Instance + "Pause");
        var paused = await vm.Call(ControlledVm.Instance + "Describe");
        Assert.Equal((false, "paused"), (paused.GetProperty("running"u8).GetBoolean(), paused.GetProperty("status"u8).GetString()));
        await vm.Call(ControlledVm.Instance + "Resume");
        Assert.True((await vm.Call(ControlledVm.Instance + "Describe")).GetProperty("running"u8).GetBoolean());
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task PowerOff_presses_the_button_until_a_guest_that_was_still_booting_reacts(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("wait-acpi,poweroff"));
        // Long before the guest has a driver for the button.
        await vm.Call(ControlledVm.Instance + "PowerOff");
        await using var waiting = await vm.Connect();
        var ended = ControlledVm.Call(waiting, ControlledVm.Ours + "WaitExit");
        Assert.Equal(0, (await vm.Run.End(GuestBound)).Status);
        Assert.Contains("vmtest: power button", vm.Run.Output.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await ended).GetProperty("status"u8).GetInt32());
        Assert.False(File.Exists(vm.Socket));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Reboot_starts_the_guest_again(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        await vm.Call(ControlledVm.Instance + "Reboot");
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound, times: 2);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Subscribers_hear_READY_then_what_they_asked_for_then_the_end(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await using var all = await vm.Connect();
        await using var some = await vm.Connect();
        var everything = Events(all, filter: null);
        var stops = Events(some, ["STOP", "SHUTDOWN"]);
        await everything.Ready;
        await stops.Ready;
        await vm.Call(ControlledVm.Instance + "Pause");
        await vm.Call(ControlledVm.Instance + "Resume");
        await vm.Terminate();
        await vm.Run.EndWith(0, ShortBound);
        Assert.Equal(["READY", "STOP", "RESUME", "SHUTDOWN"], await everything.Names);
        Assert.Equal(["READY", "STOP", "SHUTDOWN"], await stops.Names);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_subscriber_that_reads_nothing_affects_no_other(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        using var lazy = await Vmspawn.Linux.UnixConnection.ConnectAsync(vm.Socket);
        await lazy.SendAsync("""{"method":"io.systemd.MachineInstance.SubscribeEvents","more":true}"""u8.ToArray().Append((byte)0).ToArray());
        for (var i = 0; i < 1000; i++)
        {
            await vm.Call(ControlledVm.Instance + "Pause");
            await vm.Call(ControlledVm.Instance + "Resume");
        }

        Assert.True((await vm.Call(ControlledVm.Instance + "Describe")).GetProperty("running"u8).GetBoolean());
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Memory_is_asked_for_by_the_balloon(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        const long target = 384 << 20;
        await vm.Call(ControlledVm.Ours + "SetMemory", call => call.WriteNumber("bytes"u8, target));
        var end = DateTime.UtcNow + GuestBound;
        JsonElement memory;
        do
            memory = await vm.Call(ControlledVm.Ours + "GetMemory");
        while (memory.GetProperty("bytes"u8).GetInt64() != target && DateTime.UtcNow < end);
        Assert.Equal((target, target), (memory.GetProperty("bytes"u8).GetInt64(), memory.GetProperty("target"u8).GetInt64()));
        var tooMuch = vm.Call(ControlledVm.Ours + "SetMemory", call => call.WriteNumber("bytes"u8, 1L << 40));
        Assert.Equal("BadConfig", (await ControlledVm.Failure(tooMuch)).Name);
        await End(vm);
    }

    private static async Task End(ControlledVm vm)
    {
        await vm.Terminate();
        Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
        Assert.False(File.Exists(vm.Socket));
    }

    private static (Task Ready, Task<List<string>> Names) Events(VarlinkClient client, string[]? filter)
    {
        var ready = new TaskCompletionSource();
        return (ready.Task, Collect());

        async Task<List<string>> Collect()
        {
            var names = new List<string>();
            try
            {
                await foreach (var reply in client.CallMoreAsync(ControlledVm.Instance + "SubscribeEvents", call => Write(call, filter)))
                {
                    using (reply)
                        names.Add(reply.Parameters.GetProperty("event"u8).GetString()!);
                    ready.TrySetResult();
                }
            }
            catch (VarlinkErrorException end) when (end.Name == ControlledVm.Instance + "NotConnected")
            {
                // QEMU has ended.
            }

            // What the guest itself causes is of no interest here.
            names.RemoveAll(name => name is not ("READY" or "STOP" or "RESUME" or "SHUTDOWN"));
            return names;
        }
    }

    private static void Write(Utf8JsonWriter call, string[]? filter)
    {
        if (filter is null)
            return;
        call.WriteStartArray("filter"u8);
        foreach (var name in filter)
            call.WriteStringValue(name);
        call.WriteEndArray();
    }
}
