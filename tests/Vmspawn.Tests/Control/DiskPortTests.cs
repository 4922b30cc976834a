using static Vmspawn.Tests.Control.SomeDisks;

namespace Vmspawn.Tests.Control;

/// <summary>The root ports and SCSI controllers of attached disks.</summary>
public class DiskPortTests
{
    [Theory, InlineData("virtio-blk"), InlineData("virtio-scsi")]
    public async Task A_port_with_a_device_of_another_program_is_skipped_until_that_device_is_removed(string type)
    {
        await using var some = await SomeDisks.StartAsync(spares: 2);
        const string First = "vmspawn-hotplug-pci-root-port-0";
        some.Qemu.Judge = (command, arguments) => Task.FromResult(
            command == "device_add" && arguments.GetProperty("bus").GetString() == First
                ? "PCI: slot 0 function 0 not available for virtio-blk-pci, in use by nvme,id=theirs"
                : null);
        await some.AttachAsync("d", type);
        Assert.Equal("nvme theirs, plugged in through the monitor", some.Disks.Ports.Rows[0].Owner);
        Assert.Equal(0, some.FreePorts);

        await some.Qemu.SayAsync("DEVICE_DELETED", "theirs");
        await Eventually(() => some.FreePorts == 1);
    }

    [Fact]
    public async Task When_unmanaged_devices_have_all_ports_an_attach_fails_with_that_reason_and_leaves_nothing()
    {
        await using var some = await SomeDisks.StartAsync(spares: 2);
        some.Qemu.Judge = (command, _) => Task.FromResult(
            command == "device_add" ? "PCI: slot 0 function 0 not available for nvme, in use by e1000e,id=(null)" : null);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("d"));
        Assert.Equal(
            "2 of 2 hotplug ports are taken: e1000e, plugged in through the monitor, e1000e, plugged in through the monitor", failure.Message);
        Assert.Empty(some.Disks.Table.All);
        Assert.Empty(some.Qemu.Nodes);
        Assert.Empty(some.Qemu.Fdsets);
    }

    [Fact]
    public async Task SCSI_disks_share_a_controller_whose_port_returns_with_the_last_of_them()
    {
        await using var some = await SomeDisks.StartAsync();
        var one = await some.AttachAsync("one", "virtio-scsi");
        var two = await some.AttachAsync("two", "scsi-cd");
        Assert.Same(one.Placement!.Controller, two.Placement!.Controller);
        Assert.NotEqual(one.Placement, two.Placement);
        Assert.Equal(9, some.FreePorts);
        some.ObeyRemovals();
        await some.DetachAsync("one");
        Assert.Equal(9, some.FreePorts);
        await some.DetachAsync("two");
        Assert.Equal(10, some.FreePorts);
    }

    [Fact]
    public async Task A_controller_that_was_asked_to_leave_gets_no_more_disks()
    {
        await using var some = await SomeDisks.StartAsync();
        var first = await some.AttachAsync("one", "virtio-scsi");
        some.Qemu.Judge = async (command, arguments) =>
        {
            var id = command == "device_del" ? arguments.GetProperty("id").GetString()! : "";
            if (id == first.DeviceId)
                await some.Qemu.SayAsync("DEVICE_DELETED", id);
            return null;
        };
        await some.DetachAsync("one", seconds: 0.5);
        var second = await some.AttachAsync("two", "virtio-scsi");
        Assert.NotSame(first.Placement!.Controller, second.Placement!.Controller);
        await some.Qemu.SayAsync("DEVICE_DELETED", first.Placement.Controller.DeviceId);
        await Eventually(() => some.FreePorts == 9);
    }

    [Fact]
    public async Task One_disk_too_many_is_refused_with_the_owners_of_the_ports()
    {
        await using var some = await SomeDisks.StartAsync(spares: 2);
        await some.AttachAsync("a");
        await some.AttachAsync("b", "nvme");
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync("c"));
        Assert.Equal(VmControlFailure.NoFreePort, failure.Failure);
        Assert.Equal("2 of 2 hotplug ports are taken: disk a, disk b", failure.Message);
    }

    [Fact]
    public async Task A_port_that_is_about_to_be_free_is_waited_for()
    {
        await using var some = await SomeDisks.StartAsync(spares: 1);
        var old = await some.AttachAsync("old");
        var detaching = some.DetachAsync("old");
        var attaching = some.AttachAsync("new");
        await Eventually(() => some.Qemu.Count("device_del") == 1);
        Assert.False(attaching.IsCompleted);
        await some.Qemu.SayAsync("DEVICE_DELETED", old.DeviceId);
        Assert.True(await detaching);
        Assert.Equal(old.Port?.PortId, (await attaching).Port?.PortId);
    }
}
