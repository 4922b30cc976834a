using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>
/// Makes disks fail on request. QEMU cannot change the rules of a blkdebug node, so each fault is a new one, which is put between the device and the disk's node while the guest uses
/// it: a disk needs no preparation, and without a fault nothing is in its way.
/// </summary>
internal sealed class DiskFaults(MonitorAccess monitor, StorageTable table, BackgroundTasks background, TimeProvider clock)
{
    private int _made;

    /// <summary>Sets or replaces a disk's fault, or ends it.</summary>
    /// <exception cref="VmControlException">Nothing has changed.</exception>
    public Task SetAsync(string name, DiskFault? fault) =>
        StorageChange.RunAsync($"disk {name}", change => SetAsync(change, name, fault), clock, background);

    private async Task<bool> SetAsync(StorageChange change, string name, DiskFault? fault)
    {
        var disk = table.Find(name);
        await change.CompleteAsync("an earlier request", _ => disk.Gate.WaitAsync(background.Stop)).ConfigureAwait(false);
        change.OnFailure(() => disk.Gate.Release());
        Check(disk, fault);
        var old = disk.FaultNode;
        if (fault is not null || old is not null)
        {
            var qemu = await monitor.GetAsync().ConfigureAwait(false);
            var node = fault is null ? null : await AddAsync(qemu, change, disk, fault).ConfigureAwait(false);
            await change.StepAsync("qom-set", call => UseAsync(qemu, disk, node ?? disk.Nodes!.Top, call)).ConfigureAwait(false);
            change.Keep();
            disk.FaultNode = node;
            if (old is not null)
                await change.CompleteAsync("blockdev-del", call => qemu.BlockdevDelAsync(old, call)).ConfigureAwait(false);
        }

        disk.Gate.Release();
        return true;
    }

    private void Check(StorageEntry disk, DiskFault? fault)
    {
        if (table.Find(disk.Name) != disk || disk.State is not HotplugState.Attached)
            throw new VmControlException(VmControlFailure.NoSuchStorage, $"{disk.Description} is being detached");
        if (disk.Type is DiskType.ScsiCd)
            throw new VmControlException(VmControlFailure.ConfigNotSupported, $"{disk.Description} is a CD drive, which cannot be made to fail: its medium can be replaced");
        if (fault is not null && !fault.Requests.Any())
            throw new VmControlException(VmControlFailure.BadConfig, "a fault must be of reads, writes or flushes");
    }

    private async Task<string> AddAsync(QmpClient qemu, StorageChange change, StorageEntry disk, DiskFault fault)
    {
        var node = $"{disk.DeviceId}-e{Interlocked.Increment(ref _made)}";
        await change.StepAsync(
            "blockdev-add",
            call => qemu.BlockdevAddAsync("blkdebug", node, writer => Write(writer, disk, fault), call),
            () => qemu.BlockdevDelAsync(node, StorageChange.NoLimit)).ConfigureAwait(false);
        return node;
    }

    private static void Write(Utf8JsonWriter writer, StorageEntry disk, DiskFault fault)
    {
        writer.WriteString("image"u8, disk.Nodes!.Top);
        writer.WriteStartArray("inject-error"u8);
        foreach (var request in fault.Requests)
        {
            writer.WriteStartObject();
            // At any time, not at one of the events in the image's driver.
            writer.WriteString("event"u8, "none"u8);
            writer.WriteString("iotype"u8, request);
            writer.WriteNumber("errno"u8, (int)(fault.IsFull ? Errno.ENOSPC : Errno.EIO));
            writer.WriteBoolean("once"u8, fault.Once);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static Task UseAsync(QmpClient qemu, StorageEntry disk, string node, QmpCallOptions call) => qemu.ExecuteAsync(
        "qom-set",
        writer =>
        {
            writer.WriteString("path"u8, $"/machine/peripheral/{disk.DeviceId}");
            writer.WriteString("property"u8, "drive"u8);
            writer.WriteString("value"u8, node);
        },
        call);
}
