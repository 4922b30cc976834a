using CsCheck;
using Vmspawn.Control.Ports;
using Vmspawn.Control.Storage;
using static Vmspawn.Tests.Control.SomeDisks;

namespace Vmspawn.Tests.Control;

public class DiskHotplugTests
{
    [Theory]
    [InlineData("virtio-blk", "add-fd", 1)]
    [InlineData("virtio-blk", "blockdev-add", 1)]
    [InlineData("nvme", "device_add", 1)]
    [InlineData("virtio-scsi", "device_add", 1)]
    [InlineData("virtio-scsi", "device_add", 2)]
    [InlineData("scsi-cd", "blockdev-add", 1)]
    public async Task Whatever_step_of_an_attach_fails_nothing_is_left_and_QEMUs_reason_is_reported(string type, string step, int which)
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        var obey = some.Qemu.Judge;
        some.Qemu.Judge = async (command, arguments) => command == step && some.Qemu.Count(step) == which
            ? "the moon is in the wrong quarter"
            : await obey(command, arguments);

        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d", type));
        Assert.Equal(VmControlFailure.QemuFailed, failure.Failure);
        Assert.Contains("the moon is in the wrong quarter", failure.Message, StringComparison.Ordinal);
        Assert.Empty(some.Qemu.Nodes);
        Assert.Empty(some.Qemu.Fdsets);
        Assert.Empty(some.Disks.Table.All);
        await Eventually(() => some.FreePorts == 10);

        some.Qemu.Judge = (_, _) => Task.FromResult<string?>(null);
        await some.AttachAsync("d", type);
    }

    [Fact]
    public async Task No_descriptor_set_number_is_used_twice_although_sets_come_and_go()
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            for (var turn = 0; turn < 5; turn++)
            {
                await some.AttachAsync($"d{i}", "virtio-scsi");
                await some.DetachAsync($"d{i}");
            }
        }));
        var numbers = some.Qemu.Commands.Where(sent => sent.Name == "add-fd").Select(sent => sent.Arguments.GetProperty("fdset-id").GetInt64()).ToArray();
        Assert.Equal(40, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.InRange(number, DescriptorSets.FirstNumber, int.MaxValue));
    }

    [Theory]
    [InlineData("another file", "has /dev/fdset/7 open")]
    [InlineData("another descriptor in the set", "holds descriptors of another program too")]
    public async Task A_disk_whose_node_has_not_the_given_file_is_refused_before_the_guest_gets_it(string wrong, string reason)
    {
        await using var some = await SomeDisks.StartAsync();
        some.Qemu.Judge = (command, _) =>
        {
            if (command == "query-fdsets" && wrong != "another file")
                some.Qemu.ForeignDescriptors = true;
            if (command == "query-named-block-nodes" && wrong == "another file")
                some.Qemu.OtherFile = "/dev/fdset/7";
            return Task.FromResult<string?>(null);
        };
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d"));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, some.Qemu.Count("device_add"));
        Assert.Empty(some.Qemu.Nodes);
        Assert.Empty(some.Qemu.Fdsets);
        Assert.Equal(10, some.FreePorts);
    }

    [Fact]
    public async Task A_disk_that_the_guest_refuses_to_release_keeps_its_port_and_the_request_may_be_repeated()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        some.Qemu.Judge = async (command, _) =>
        {
            if (command == "device_del")
                await some.Qemu.SayAsync("DEVICE_UNPLUG_GUEST_ERROR", disk.DeviceId);
            return null;
        };
        var refused = await Assert.ThrowsAsync<VmControlException>(() => some.DetachAsync("d"));
        Assert.Equal(VmControlFailure.GuestRefused, refused.Failure);
        Assert.Equal(HotplugState.Attached, disk.State);
        Assert.Equal(PortState.Taken, some.Disks.Ports.Rows.Single(row => row.Port.Id == disk.Port?.PortId).State);

        some.ObeyRemovals();
        Assert.True(await some.DetachAsync("d"));
        Assert.Equal(10, some.FreePorts);
        Assert.Empty(some.Qemu.Nodes);
        Assert.Empty(some.Qemu.Fdsets);
    }

    [Fact]
    public async Task A_guest_that_answers_too_late_still_gives_everything_back()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        var late = await Assert.ThrowsAsync<VmControlException>(() => some.DetachAsync("d", seconds: 0.1));
        Assert.Equal(VmControlFailure.TimedOut, late.Failure);
        Assert.Same(disk, Assert.Single(some.Disks.Table.All));

        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await Eventually(() => some.FreePorts == 10);
        Assert.Empty(some.Disks.Table.All);
        Assert.Empty(some.Qemu.Nodes);
        Assert.Empty(some.Qemu.Fdsets);
    }

    [Fact]
    public async Task A_removal_request_that_the_guest_loses_is_repeated()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        some.Qemu.Judge = async (command, _) =>
        {
            if (command == "device_del" && some.Qemu.Count("device_del") == 2)
                await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
            return null;
        };
        Assert.True(await some.DetachAsync("d", seconds: 20));
        Assert.Equal(2, some.Qemu.Count("device_del"));
    }

    [Fact]
    public async Task A_device_that_another_program_removed_is_detected()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        // Events are handled once a removal was requested or the monitor was connected.
        await some.Qemu.Monitor.ExecuteAsync("query-status");
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await Eventually(() => some.FreePorts == 10);
        Assert.Empty(some.Disks.Table.All);
    }

    [Fact]
    public async Task A_VM_paused_by_a_full_file_system_is_reported_once_until_it_resumes()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        await Full();
        await Full();
        await Eventually(() => !some.Log.IsEmpty);
        await some.Qemu.SayEventAsync("RESUME", "{}");
        await Full();
        await Eventually(() => some.Log.Count > 1);
        Assert.Equal(
            $"vm: paused, because a write of the guest failed on disk d ({disk.Path}): the file system is full (free some space, then run: vmspawn resume vm)",
            Assert.Single(some.Log.Distinct()));
        Assert.Equal(2, some.Log.Count);

        Task Full() => some.Qemu.SayEventAsync(
            "BLOCK_IO_ERROR", $$"""{"device":"","node-name":"{{disk.Nodes!.Top}}","operation":"write","action":"stop","nospace":true,"reason":"No space left on device"}""");
    }

    [Fact]
    public async Task A_name_is_reserved_while_its_disk_is_still_being_attached()
    {
        await using var some = await SomeDisks.StartAsync();
        var hold = new TaskCompletionSource<string?>();
        some.Qemu.Judge = (command, _) => command == "device_add" ? hold.Task : Task.FromResult<string?>(null);
        var first = some.AttachAsync("d");
        Assert.Equal(HotplugState.Attaching, Assert.Single(some.Disks.Table.All).State);
        var second = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d", file: "other"));
        Assert.Equal(VmControlFailure.StorageExists, second.Failure);
        Assert.False(first.IsCompleted);
        hold.SetResult(null);
        await first;
    }

    [Fact]
    public async Task A_call_about_one_disk_does_not_wait_for_another()
    {
        await using var some = await SomeDisks.StartAsync();
        var hold = new TaskCompletionSource<string?>();
        some.Qemu.Judge = (command, arguments) => command == "device_add" && arguments.GetProperty("serial").GetString() == "slow"
            ? hold.Task
            : Task.FromResult<string?>(null);
        var slow = some.AttachAsync("slow");
        await some.AttachAsync("quick", "nvme");
        Assert.False(slow.IsCompleted);
        hold.SetResult(null);
        await slow;
    }

    [Fact]
    public async Task A_file_is_not_written_by_two_disks()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("writer", file: "f");
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("reader", readOnly: true, file: "f"));
        Assert.Equal(VmControlFailure.BadFile, failure.Failure);
        Assert.Contains("disk writer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_may_be_read_by_two_disks()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("one", "scsi-cd", file: "f");
        await some.AttachAsync("two", "nvme", readOnly: true, file: "f");
        Assert.Equal(2, some.Disks.Table.All.Count);
    }

    [Fact]
    public async Task Any_disks_that_come_and_go_at_once_leave_nothing_behind()
    {
        string[] types = ["virtio-blk", "nvme", "virtio-scsi", "scsi-cd"];
        await Gen.Int[0, 3].Array[1, 12].SampleAsync(
            async kinds =>
            {
                await using var some = await SomeDisks.StartAsync(spares: 12);
                some.ObeyRemovals();
                await Task.WhenAll(kinds.Select(async (kind, i) =>
                {
                    await some.AttachAsync($"d{i}", types[kind]);
                    await some.DetachAsync($"d{i}");
                }));
                Assert.Empty(some.Disks.Table.All);
                Assert.Empty(some.Qemu.Nodes);
                Assert.Empty(some.Qemu.Fdsets);
                await Eventually(() => some.FreePorts == 12);
            },
            iter: 30);
    }
}
