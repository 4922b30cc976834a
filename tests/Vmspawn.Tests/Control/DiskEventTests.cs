using CsCheck;
using Vmspawn.Control.Storage;
using static Vmspawn.Tests.Control.SomeDisks;

namespace Vmspawn.Tests.Control;

/// <summary>QEMU's events about devices, in every order.</summary>
public class DiskEventTests
{
    [Fact]
    public async Task A_guest_that_ejects_the_SCSI_controller_takes_its_disks_along_and_everything_is_free_again()
    {
        await using var some = await SomeDisks.StartAsync();
        var one = await some.AttachAsync("one", "virtio-scsi");
        var two = await some.AttachAsync("two", "scsi-cd");
        await some.Qemu.SayAsync("DEVICE_DELETED", one.Placement!.Controller.DeviceId);
        await some.Qemu.SayAsync("DEVICE_DELETED", one.DeviceId);
        await some.Qemu.SayAsync("DEVICE_DELETED", two.DeviceId);
        await NothingIsLeft(some, "one", "two");
    }

    [Fact]
    public async Task Disks_whose_controller_is_gone_are_looked_for_in_QEMU_when_no_event_tells_of_them()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("one", "virtio-scsi");
        some.Qemu.Devices.Clear();
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.Placement!.Controller.DeviceId);
        await NothingIsLeft(some, "one");
    }

    [Fact]
    public async Task A_disk_that_QEMU_does_not_know_any_more_is_gone_when_its_removal_is_requested()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("one");
        some.Qemu.Devices.Clear();
        Assert.True(await some.DetachAsync("one"));
        await NothingIsLeft(some, "one");
    }

    [Fact]
    public async Task A_disk_whose_end_comes_before_the_answer_to_its_device_add_leaves_nothing()
    {
        await using var some = await SomeDisks.StartAsync();
        some.Qemu.Judge = async (command, arguments) =>
        {
            if (command == "device_add")
                await some.Qemu.SayAsync("DEVICE_DELETED", arguments.GetProperty("id").GetString()!);
            return null;
        };
        await some.AttachAsync("one");
        await NothingIsLeft(some, "one");
    }

    [Fact]
    public async Task A_refusal_that_comes_after_the_end_changes_nothing()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("one");
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await some.Qemu.SayAsync("DEVICE_UNPLUG_GUEST_ERROR", disk.DeviceId);
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await NothingIsLeft(some, "one");
    }

    [Fact]
    public async Task A_request_that_QEMU_does_not_answer_is_made_again_and_the_disk_stays_until_it_is_gone()
    {
        var time = new SteppedTime();
        await using var some = await SomeDisks.StartAsync(clock: time);
        var disk = await some.AttachAsync("one");
        var detaching = some.DetachAsync("one", seconds: 20);
        await time.AdvanceUntilAsync(detaching, seconds: 60);
        Assert.Equal(VmControlFailure.TimedOut, (await Assert.ThrowsAsync<VmControlException>(() => detaching)).Failure);
        Assert.Same(disk, Assert.Single(some.Disks.Table.All));
        Assert.True(some.Qemu.Count("device_del") > 1);
        await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
        await NothingIsLeft(some, "one");
    }

    [Fact]
    public async Task Any_order_of_requests_and_events_leaves_nothing_once_every_device_is_gone()
    {
        string[] types = ["virtio-blk", "nvme", "virtio-scsi", "scsi-cd"];
        await Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3]).Array[1, 25].SampleAsync(
            async steps =>
            {
                await using var some = await SomeDisks.StartAsync();
                foreach (var (kind, which) in steps)
                {
                    var name = $"d{which}";
                    var known = some.Disks.Table.All.FirstOrDefault(disk => disk.Name == name);
                    if (kind == 0 && known is null)
                        await some.AttachAsync(name, types[which], readOnly: true, file: $"file{which}");
                    else if (kind == 1 && known is { State: HotplugState.Attached })
                        await some.Disks.Detach.DetachAsync(name, wait: false, TimeSpan.FromHours(1));
                    else if (kind == 2 && known is not null)
                        await Gone(some, known);
                    else if (kind == 3 && known is not null)
                        await some.Qemu.SayAsync("DEVICE_UNPLUG_GUEST_ERROR", known.DeviceId);
                    else if (kind == 4 && known?.Placement is { } placement)
                        await Eject(some, placement.Controller);
                }

                some.ObeyRemovals();
                foreach (var device in some.Qemu.Devices.Keys)
                    await some.Qemu.SayAsync("DEVICE_DELETED", device);
                await NothingIsLeft(some, "d0", "d2");
            },
            iter: 40);

        static async Task Gone(SomeDisks some, StorageEntry disk)
        {
            await some.Qemu.SayAsync("DEVICE_DELETED", disk.DeviceId);
            await Eventually(() => !some.Disks.Table.All.Contains(disk));
        }

        static async Task Eject(SomeDisks some, ScsiController controller)
        {
            var disks = some.Disks.Table.All.Where(disk => disk.Placement?.Controller == controller).ToList();
            foreach (var disk in disks)
                some.Qemu.Devices.TryRemove(disk.DeviceId, out _);
            await some.Qemu.SayAsync("DEVICE_DELETED", controller.DeviceId);
            await Eventually(() => !some.Disks.Table.All.Intersect(disks).Any());
        }
    }

    private static async Task NothingIsLeft(SomeDisks some, params string[] names)
    {
        some.ObeyRemovals();
        await Eventually(() => some.FreePorts == 10);
        await Eventually(() => some.Qemu.Nodes.IsEmpty && some.Qemu.Fdsets.IsEmpty);
        // The name is released last, when QEMU has released everything.
        await Eventually(() => !some.Disks.Table.All.Any());
        foreach (var name in names)
        {
            await some.AttachAsync(name, "virtio-scsi");
            Assert.True(await some.DetachAsync(name));
        }
    }
}
