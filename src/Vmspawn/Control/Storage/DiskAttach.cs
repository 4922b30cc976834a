using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Control.Ports;
using Vmspawn.Images;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Qmp;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>Plugs a client's file into the running VM as a disk, or leaves no trace of having tried.</summary>
internal sealed class DiskAttach(
    MonitorAccess monitor,
    QemuFacts facts,
    StorageTable table,
    PortPool ports,
    ScsiControllers controllers,
    Removals removals,
    BlockNodes blocks)
{
    private int _attached;

    /// <param name="wish">What and how.</param>
    /// <param name="file">The client's descriptor; stays the caller's.</param>
    /// <exception cref="ControlException">It did not work, and nothing is left of it.</exception>
    public async Task<StorageEntry> AttachAsync(AttachWish wish, SafeHandle file)
    {
        var disk = Describe(wish, DiskFileFacts.Of(file));
        // Nobody else knows the entry yet, so there is no waiting.
        await disk.Gate.WaitAsync();
        try
        {
            table.Add(disk);
            await PlugAsync(disk, file);
            disk.State = PlugState.Attached;
            return disk;
        }
        finally
        {
            disk.Gate.Release();
        }
    }

    private StorageEntry Describe(AttachWish wish, DiskFileFacts file)
    {
        wish.CheckName();
        var type = wish.Type();
        var driver = DeviceDemands.Driver(type);
        if (!facts.HasDriver(driver))
            throw new ControlException(ControlFailure.ConfigNotSupported, $"this QEMU has no {driver}");
        var readOnly = wish.IsReadOnly(type, file);
        return new StorageEntry
        {
            Name = wish.Name,
            DeviceId = DeviceIds.HotDrive(Interlocked.Increment(ref _attached)),
            Type = type,
            Serial = DiskSerial.For(wish.Name, type),
            ReadOnly = readOnly,
            WritesFile = !readOnly,
            Discard = !readOnly,
            Size = file.Size,
            Files = [file.Identity],
            Path = wish.Path,
        };
    }

    private async Task PlugAsync(StorageEntry disk, SafeHandle file)
    {
        var undo = new UndoSteps();
        undo.Add(() => table.Remove(disk));
        try
        {
            var qemu = await monitor.GetAsync();
            var port = await PlaceAsync(qemu, disk, undo);
            await AddNodesAsync(qemu, disk, file, undo);
            // Known before it exists: its end may come at any time after.
            removals.Register(disk, gone => LeftAsync(gone, disk));
            if (port is null)
                await AddDeviceAsync(qemu, disk, $"{disk.Seat!.Controller.DeviceId}.0");
            else
                await port.PlugAsync(id => AddDeviceAsync(qemu, disk, disk.PortId = id));
        }
        catch (Exception error) when (error is ControlException or QmpException)
        {
            removals.Forget(disk);
            throw await undo.UnwindAsync(error);
        }
    }

    /// <returns>The port set aside for it; null when it has a place on a SCSI controller.</returns>
    private async Task<PortReservation?> PlaceAsync(QmpClient qemu, StorageEntry disk, UndoSteps undo)
    {
        if (disk.IsScsi)
        {
            var seat = await controllers.SitAsync(qemu);
            undo.Add(() => controllers.LeaveAsync(seat));
            disk.Seat = seat;
            return null;
        }

        var port = await PortReservation.MakeAsync(ports, removals, disk.What);
        undo.Add(port.GiveUp);
        return port;
    }

    private static Task AddDeviceAsync(QmpClient qemu, StorageEntry disk, string bus) =>
        qemu.DeviceAddAsync(DeviceDemands.Driver(disk.Type), disk.DeviceId, bus, Properties(disk));

    private async Task AddNodesAsync(QmpClient qemu, StorageEntry disk, SafeHandle file, UndoSteps undo)
    {
        var below = $"{disk.DeviceId}-f0";
        var set = await blocks.AddFileAsync(qemu, below, file, DiskFileFacts.Of(file), disk.Discard);
        undo.Add(() => blocks.DeleteFileAsync(qemu, below, [set]));
        await BlockNodes.AddTopAsync(qemu, disk.DeviceId, below, disk.ReadOnly, disk.Discard);
        undo.Add(() => qemu.BlockdevDelAsync(disk.DeviceId));
        disk.Nodes = new DiskNodes(disk.DeviceId, below, [set]);
    }

    private static Action<Utf8JsonWriter> Properties(StorageEntry disk) => device =>
    {
        device.WriteString("drive"u8, disk.Nodes!.Top);
        device.WriteString("serial"u8, disk.Serial);
        if (disk.Seat is not { } seat)
        {
            PortReservation.WriteAddress(device);
            return;
        }

        device.WriteNumber("scsi-id"u8, seat.Target);
        device.WriteNumber("lun"u8, seat.Lun);
    };

    /// <summary>The guest has let go: what QEMU still holds goes too.</summary>
    private Task LeftAsync(QmpClient qemu, StorageEntry disk) => DiskDetach.GiveBackAsync(qemu, disk, blocks, controllers, table);
}
