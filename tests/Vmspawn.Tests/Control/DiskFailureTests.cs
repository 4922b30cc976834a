using Vmspawn.Control.Storage;
using Vmspawn.Linux;
using static Vmspawn.Tests.Control.SomeDisks;

namespace Vmspawn.Tests.Control;

/// <summary>Every command of an attach, a detach and a replacement fails, is late, or is the last before the monitor ends.</summary>
public class DiskFailureTests
{
    /// <summary>The commands of an attach: the descriptor set, a look into it, the nodes, a look at them, the device.</summary>
    private const int Attach = 5;

    public static TheoryData<string, int> AttachCommands()
    {
        var data = new TheoryData<string, int>();
        foreach (var type in new[] { "virtio-blk", "nvme", "virtio-scsi", "scsi-cd" })
        {
            // One more for the controller.
            for (var k = 1; k <= (type.Contains("scsi", StringComparison.Ordinal) ? Attach + 1 : Attach); k++)
                data.Add(type, k);
        }

        return data;
    }

    [Theory, MemberData(nameof(AttachCommands))]
    public async Task An_attach_whose_kth_command_is_refused_leaves_nothing(string type, int k)
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        var fault = new Fault(some, k);
        fault.Release("no");
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d", type));
        Assert.Equal(VmControlFailure.QemuFailed, failure.Failure);
        await NothingIsLeft(some);
    }

    [Theory, MemberData(nameof(AttachCommands))]
    public async Task An_attach_whose_kth_command_is_answered_too_late_fails_and_is_undone_after_the_answer(string type, int k)
    {
        var time = new SteppedTime();
        await using var some = await SomeDisks.StartAsync(clock: time);
        some.ObeyRemovals();
        var fault = new Fault(some, k);
        var attaching = some.AttachAsync("d", type);
        await fault.Reached;
        await time.AdvanceUntilAsync(attaching, seconds: 15);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => attaching);
        Assert.Equal(VmControlFailure.TimedOut, failure.Failure);
        Assert.Contains("within 10 s", failure.Message, StringComparison.Ordinal);

        // QEMU may still do it, so the name stays taken.
        Assert.Equal("d", Assert.Single(some.Disks.Table.All).Name);
        Assert.Equal(VmControlFailure.StorageExists, (await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d", type, file: "other"))).Failure);

        fault.Release(complaint: null);
        await NothingIsLeft(some);
        await Eventually(() => some.Log.Any(line => line.Contains("QEMU has answered at last", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(AttachCommands))]
    public async Task An_attach_whose_kth_command_is_refused_too_late_leaves_nothing(string type, int k)
    {
        var time = new SteppedTime();
        await using var some = await SomeDisks.StartAsync(clock: time);
        some.ObeyRemovals();
        var fault = new Fault(some, k);
        var attaching = some.AttachAsync("d", type);
        await fault.Reached;
        await time.AdvanceUntilAsync(attaching, seconds: 15);
        await Assert.ThrowsAsync<VmControlException>(() => attaching);
        fault.Release("no");
        await NothingIsLeft(some);
    }

    [Theory, MemberData(nameof(AttachCommands))]
    public async Task An_attach_during_whose_kth_command_the_monitor_ends_fails_at_once_and_keeps_no_name_and_port(string type, int k)
    {
        await using var some = await SomeDisks.StartAsync();
        var fault = new Fault(some, k);
        var attaching = some.AttachAsync("d", type);
        await fault.Reached;
        some.Qemu.Close();
        var failure = await Assert.ThrowsAsync<VmControlException>(() => attaching);
        Assert.Equal(VmControlFailure.NotConnected, failure.Failure);
        Assert.Empty(some.Disks.Table.All);
        // A controller in QEMU stays in its port, because its removal cannot be requested.
        await Eventually(() => some.FreePorts == (k > Attach ? 9 : 10));
        // No caller waits for a monitor that does not reconnect.
        var next = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("e", type));
        Assert.Equal(VmControlFailure.NotConnected, next.Failure);
        fault.Release(complaint: null);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_detach_during_whose_kth_command_the_monitor_ends_fails_at_once(int k)
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("d");
        some.ObeyRemovals();
        var fault = new Fault(some, k);
        var detaching = some.DetachAsync("d", seconds: 3600);
        await fault.Reached;
        some.Qemu.Close();
        // By then the device is removed, or its state stays unknown.
        await Task.WhenAny(detaching, Task.Delay(TimeSpan.FromSeconds(10)));
        Assert.True(detaching.IsCompleted);
        if (detaching.IsFaulted)
            Assert.Equal(VmControlFailure.NotConnected, Assert.IsType<VmControlException>(detaching.Exception.InnerException).Failure);
        fault.Release(complaint: null);
    }

    [Fact]
    public async Task A_detach_that_waits_for_the_guest_fails_at_once_when_the_monitor_ends()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("d");
        var detaching = some.DetachAsync("d", seconds: 3600);
        await Eventually(() => some.Qemu.Count("device_del") == 1);
        some.Qemu.Close();
        var failure = await Assert.ThrowsAsync<VmControlException>(() => detaching.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(VmControlFailure.NotConnected, failure.Failure);
    }

    [Theory, InlineData("blockdev-del"), InlineData("remove-fd")]
    public async Task What_QEMU_refuses_to_free_keeps_neither_name_nor_port(string step)
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("d");
        some.ObeyRemovals();
        var obey = some.Qemu.Judge;
        some.Qemu.Judge = async (command, arguments) => command == step ? "it is in use" : await obey(command, arguments);
        Assert.True(await some.DetachAsync("d"));
        Assert.Empty(some.Disks.Table.All);
        Assert.Equal(10, some.FreePorts);
        Assert.Equal(step == "blockdev-del", some.Log.Any(line => line.Contains("it is in use", StringComparison.Ordinal)));
        some.ObeyRemovals();
        await some.AttachAsync("d");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public async Task A_replacement_whose_kth_command_is_refused_keeps_the_old_file(int k)
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        var nodes = disk.Nodes;
        var other = some.Put("other", new byte[4096]);
        var fault = new Fault(some, k);
        fault.Release("no");
        await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("d", other));
        Assert.Same(nodes, disk.Nodes);
        Assert.Single(some.Qemu.Fdsets);
        Assert.Equal(2, some.Qemu.Nodes.Count);

        some.Qemu.Judge = (_, _) => Task.FromResult<string?>(null);
        await some.ReplaceAsync("d", other);
        Assert.Equal(other, disk.Path);
        Assert.Single(some.Qemu.Fdsets);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public async Task A_replacement_whose_kth_command_is_answered_too_late_leaves_one_file_or_the_other(int k)
    {
        var time = new SteppedTime();
        await using var some = await SomeDisks.StartAsync(clock: time);
        var disk = await some.AttachAsync("d");
        var other = some.Put("other", new byte[4096]);
        var fault = new Fault(some, k);
        var replacing = some.ReplaceAsync("d", other);
        await fault.Reached;
        await time.AdvanceUntilAsync(replacing, seconds: 15);
        Assert.Equal(VmControlFailure.TimedOut, (await Assert.ThrowsAsync<VmControlException>(() => replacing)).Failure);
        fault.Release(complaint: null);
        await Eventually(() => some.Qemu.Fdsets.Count == 1);
        Assert.True(await disk.Gate.WaitAsync(TimeSpan.FromSeconds(5)));
        disk.Gate.Release();
        Assert.Equal(k == 5, disk.Path == other);
        Assert.Contains($"/dev/fdset/{some.Qemu.Fdsets.Keys.Single()}", some.Qemu.Nodes.Values);
        Assert.Equal([.. disk.Nodes!.Fdsets], some.Qemu.Fdsets.Keys.Select(key => (long)key));
    }

    [Fact]
    public async Task The_clean_up_of_a_disk_that_waits_for_a_change_without_an_answer_ends_with_the_control_server()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        var fault = new Fault(some, 1);
        var replacing = some.ReplaceAsync("d", some.Put("other", new byte[4096]));
        await fault.Reached;
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await Eventually(() => disk.Removal is { IsGone: true });
        await EndsQuietly(some);
        Assert.False(replacing.IsCompleted);
        some.Qemu.Close();
        Assert.Equal(VmControlFailure.NotConnected, (await Assert.ThrowsAsync<VmControlException>(() => replacing)).Failure);
    }

    [Fact]
    public async Task The_release_of_a_SCSI_address_that_waits_for_a_controller_without_an_answer_ends_with_the_control_server()
    {
        await using var some = await SomeDisks.StartAsync();
        var one = await some.AttachAsync("one", "virtio-scsi");
        // The guest ejects the controller, and then QEMU hangs in the making of the next one.
        await some.Qemu.SayAsync("DEVICE_DELETED", one.Placement!.Controller.DeviceId);
        await Eventually(() => some.Qemu.Count("qom-list") == 1);
        var hold = new TaskCompletionSource<string?>();
        some.Qemu.Judge = (command, _) => command == "device_add" ? hold.Task : Task.FromResult<string?>(null);
        var attaching = some.AttachAsync("two", "virtio-scsi");
        await Eventually(() => some.Qemu.Count("device_add") == 3);
        await some.Qemu.SayAsync("DEVICE_DELETED", one.DeviceId);
        await Eventually(() => some.Qemu.Count("remove-fd") == 1);
        await EndsQuietly(some);
        Assert.False(attaching.IsCompleted);
        some.Qemu.Close();
        Assert.Equal(VmControlFailure.NotConnected, (await Assert.ThrowsAsync<VmControlException>(() => attaching)).Failure);
        hold.SetResult(null);
    }

    /// <summary>Without a task that has to be abandoned after the bound of the disposal, and without a message.</summary>
    private static async Task EndsQuietly(SomeDisks some)
    {
        await some.Disks.DisposeAsync().AsTask().WaitAsync(BackgroundTasks.DefaultBound);
        Assert.Empty(some.Log);
    }

    private static async Task NothingIsLeft(SomeDisks some)
    {
        await Eventually(() => some.FreePorts == 10 && some.Disks.Table.All.Count == 0);
        await Eventually(() => some.Qemu.Nodes.IsEmpty && some.Qemu.Fdsets.IsEmpty && some.Qemu.Devices.IsEmpty);
        some.ObeyRemovals();
        var again = await some.AttachAsync("d");
        Assert.Equal(HotplugState.Attached, again.State);
    }

    /// <summary>Holds the answer of the k-th command from now on until it is released.</summary>
    private sealed class Fault
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _commands;

        public Fault(SomeDisks some, int k)
        {
            var judge = some.Qemu.Judge;
            some.Qemu.Judge = (command, arguments) =>
            {
                if (Interlocked.Increment(ref _commands) != k)
                    return judge(command, arguments);
                _reached.TrySetResult();
                return _answer.Task;
            };
        }

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(10));

        public void Release(string? complaint) => _answer.TrySetResult(complaint);
    }
}
