using Microsoft.Win32.SafeHandles;
using Vmspawn.Control.Ports;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Pcie;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Qmp;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>Plugs a client's file into the running VM as a disk. A failed attempt leaves nothing in QEMU.</summary>
/// <param name="monitor">QEMU's monitor.</param>
/// <param name="facts">The QEMU binary's facts.</param>
/// <param name="discards">Whether discards of the guest reach the files, as those of the disks from boot do.</param>
/// <param name="table">All disks.</param>
/// <param name="ports">All ports.</param>
/// <param name="controllers">The SCSI controllers.</param>
/// <param name="removals">Waits for the guest to release devices.</param>
/// <param name="blocks">The block nodes.</param>
/// <param name="cleanup">Removes what a device that has gone leaves.</param>
/// <param name="background">Runs changes that a client no longer waits for.</param>
/// <param name="clock">The clock of the time limits.</param>
internal sealed class DiskAttach(
    MonitorAccess monitor,
    QemuFacts facts,
    bool discards,
    StorageTable table,
    PortPool ports,
    ScsiControllers controllers,
    Removals removals,
    BlockNodes blocks,
    DiskCleanup cleanup,
    BackgroundTasks background,
    TimeProvider clock)
{
    private int _attached;

    /// <param name="request">The disk and its properties.</param>
    /// <param name="file">The client's descriptor, which this owns from now on.</param>
    /// <exception cref="VmControlException">It failed and was undone, or QEMU does not answer.</exception>
    public Task<StorageEntry> AttachAsync(AttachRequest request, SafeFileHandle file) =>
        StorageChange.RunAsync($"disk {request.Name}", change => AttachAsync(change, request, file), clock, background);

    private async Task<StorageEntry> AttachAsync(StorageChange change, AttachRequest request, SafeFileHandle file)
    {
        using (file)
        {
            var disk = Describe(request, file, out var source);
            // The entry is new, so the lock is free. It is held until the last step is done or undone.
            await disk.Gate.WaitAsync().ConfigureAwait(false);
            change.OnFailure(() => disk.Gate.Release());
            table.Add(disk);
            change.OnFailure(() => table.Remove(disk));
            var qemu = await monitor.GetAsync().ConfigureAwait(false);
            disk.Nodes = await blocks.AddAsync(qemu, change, disk.DeviceId, source, disk.ReadOnly, disk.Discard).ConfigureAwait(false);
            removals.Register(disk, gone => cleanup.RunAsync(gone, disk));
            change.OnFailure(() => removals.Forget(disk));
            await PlugAsync(qemu, change, disk).ConfigureAwait(false);
            change.Keep();
            FinishAttach(change, disk);
            change.ThrowIfGivenUp();
            return disk;
        }
    }

    private StorageEntry Describe(AttachRequest request, SafeFileHandle file, out DiskSource source)
    {
        request.CheckName();
        var type = request.Type();
        var driver = DiskDevice.Driver(type);
        if (!facts.HasDriver(driver))
            throw new VmControlException(VmControlFailure.ConfigNotSupported, $"this QEMU has no {driver}");
        var found = DiskFileFacts.Of(file);
        var readOnly = request.IsReadOnly(type, found);
        var content = DiskContent.Of(file, found, request.RequestedFormat(), !readOnly);
        source = new DiskSource(file, found, content.Format);
        return new StorageEntry
        {
            Name = request.Name,
            DeviceId = DeviceIds.HotDrive(Interlocked.Increment(ref _attached)),
            Type = type,
            Serial = DiskSerial.For(request.Name, type),
            ReadOnly = readOnly,
            WritesFile = !readOnly,
            Discard = discards && !readOnly,
            Size = content.Size,
            SectorSize = content.SectorSize,
            Files = [found.Identity],
            Path = request.Path,
            Irreplaceable = StorageEntry.WhyIrreplaceable(content.Format),
        };
    }

    private async Task PlugAsync(QmpClient qemu, StorageChange change, StorageEntry disk)
    {
        if (disk.IsScsi)
        {
            disk.Placement = await controllers.PlaceAsync(qemu, change).ConfigureAwait(false);
            await change.AddDeviceAsync(qemu, disk.Device.At(disk.Placement.Controller.DeviceId, disk.Placement.Address)).ConfigureAwait(false);
            return;
        }

        var port = await PortReservation.MakeAsync(ports, removals, disk.Description).ConfigureAwait(false);
        change.OnFailure(port.GiveUp);
        await port.PlugAsync(lease =>
        {
            disk.Port = lease;
            return change.AddDeviceAsync(qemu, disk.Device.At(PciPlace.BehindPort(lease.PortId)));
        }).ConfigureAwait(false);
    }

    /// <summary>The guest has the disk. If the client got an error, the guest is requested to release it.</summary>
    private void FinishAttach(StorageChange change, StorageEntry disk)
    {
        disk.State = HotplugState.Attached;
        removals.Confirm(disk);
        if (change.IsGivenUp)
            removals.Start(disk, Timeout.InfiniteTimeSpan);
        disk.Gate.Release();
    }
}
