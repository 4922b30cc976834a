using System.Text.Json;

namespace Vmspawn.Tests.Control;

public class DiskFaultTests
{
    [Fact]
    public async Task A_fault_is_a_node_between_device_and_disk_and_each_replaces_the_one_before()
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        var disk = await some.AttachAsync("d");
        var (top, device) = (disk.Nodes!.Top, disk.DeviceId);
        await some.Disks.Faults.SetAsync("d", new DiskFault { Reads = true, Once = true });
        var added = some.Qemu.Commands.Last(sent => sent.Name == "blockdev-add").Arguments;
        var first = added.GetProperty("node-name").GetString()!;
        Assert.Equal(("blkdebug", top), (added.GetProperty("driver").GetString(), added.GetProperty("image").GetString()));
        Assert.Equal(["read:5:True"], Errors(added));
        Assert.Equal(($"/machine/peripheral/{device}", "drive", first), Used(some));

        await some.Disks.Faults.SetAsync("d", DiskFault.Full);
        Assert.Equal(["write:28:False", "write-zeroes:28:False", "discard:28:False"], Errors(some.Qemu.Commands.Last(sent => sent.Name == "blockdev-add").Arguments));
        Assert.Equal(first, some.Qemu.Commands.Last(sent => sent.Name == "blockdev-del").Arguments.GetProperty("node-name").GetString());
        Assert.Equal(disk.FaultNode, Used(some).Value);

        await some.Disks.Faults.SetAsync("d", null);
        Assert.Equal((top, null), (Used(some).Value, disk.FaultNode));
        // Without a fault there is nothing to end.
        var count = some.Qemu.Commands.Count;
        await some.Disks.Faults.SetAsync("d", null);
        Assert.Equal(count, some.Qemu.Commands.Count);

        await some.Disks.Faults.SetAsync("d", DiskFault.Broken);
        await some.DetachAsync("d");
        Assert.Empty(some.Qemu.Nodes);
    }

    [Theory]
    [InlineData("blockdev-add")]
    [InlineData("qom-set")]
    public async Task A_fault_that_QEMU_refuses_leaves_the_one_before(string step)
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        var disk = await some.AttachAsync("d");
        await some.Disks.Faults.SetAsync("d", DiskFault.Broken);
        var (node, nodes) = (disk.FaultNode, some.Qemu.Nodes.Keys.Order().ToArray());
        var obey = some.Qemu.Judge;
        some.Qemu.Judge = async (command, arguments) => command == step ? "no" : await obey(command, arguments);
        await Assert.ThrowsAsync<VmControlException>(() => some.Disks.Faults.SetAsync("d", DiskFault.Full));
        Assert.Equal(node, disk.FaultNode);
        Assert.Equal(nodes, some.Qemu.Nodes.Keys.Order());
        some.Qemu.Judge = obey;
        await some.Disks.Faults.SetAsync("d", null);
        await some.DetachAsync("d");
        Assert.Empty(some.Qemu.Nodes);
    }

    [Fact]
    public async Task Neither_an_unknown_disk_nor_a_CD_drive_nor_a_fault_of_nothing_is_taken()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("cd", "scsi-cd");
        await some.AttachAsync("d");
        Assert.Equal(VmControlFailure.NoSuchStorage, (await Assert.ThrowsAsync<VmControlException>(() => some.Disks.Faults.SetAsync("x", null))).Failure);
        Assert.Equal(VmControlFailure.ConfigNotSupported, (await Assert.ThrowsAsync<VmControlException>(() => some.Disks.Faults.SetAsync("cd", DiskFault.Full))).Failure);
        Assert.Equal(VmControlFailure.BadConfig, (await Assert.ThrowsAsync<VmControlException>(() => some.Disks.Faults.SetAsync("d", new DiskFault { Once = true }))).Failure);
        Assert.Equal(0, some.Qemu.Count("qom-set"));
    }

    [Fact]
    public async Task A_pause_by_a_fault_is_told_as_one()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync("d");
        await some.Disks.Faults.SetAsync("d", DiskFault.Full);
        await some.Qemu.SayEventAsync("BLOCK_IO_ERROR", $$"""{"device":"","node-name":"{{disk.FaultNode}}","operation":"write","action":"stop","nospace":true,"reason":"No space left on device"}""");
        await SomeDisks.Eventually(() => some.Log.Any(line => line == "vm: paused, because a write of the guest failed on disk d by a fault that was asked for (end it: vmspawn fault vm disk d none; then run: vmspawn resume vm)"));
    }

    private static string[] Errors(JsonElement added) =>
        [.. added.GetProperty("inject-error").EnumerateArray().Select(rule => $"{rule.GetProperty("iotype").GetString()}:{rule.GetProperty("errno").GetInt32()}:{rule.GetProperty("once").GetBoolean()}")];

    private static (string Path, string Property, string Value) Used(SomeDisks some)
    {
        var set = some.Qemu.Commands.Last(sent => sent.Name == "qom-set").Arguments;
        return (set.GetProperty("path").GetString()!, set.GetProperty("property").GetString()!, set.GetProperty("value").GetString()!);
    }
}
