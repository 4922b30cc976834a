using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Replaces the file of a disk while the guest has it: below the node that the device uses, or as the medium of a CD.</summary>
internal sealed class DiskReplace(
    MonitorAccess monitor, StorageTable table, BlockNodes blocks, BackgroundTasks background, TimeProvider clock, Action<string> log)
{
    private readonly MediumSwap _mediums = new(blocks, clock, log);
    private int _replaced;

    /// <param name="name">The disk's name.</param>
    /// <param name="file">The client's descriptor, which this owns from now on.</param>
    /// <param name="path">For lists, or null.</param>
    /// <param name="format">An image format's word, of which only raw can be replaced, or null.</param>
    /// <exception cref="VmControlException">The disk still has its old file, unless the message reports otherwise.</exception>
    public Task<StorageEntry> ReplaceAsync(string name, SafeFileHandle file, string? path, string? format) =>
        StorageChange.RunAsync($"disk {name}", change => ReplaceAsync(change, name, file, path, format), clock, background);

    private async Task<StorageEntry> ReplaceAsync(StorageChange change, string name, SafeFileHandle file, string? path, string? format)
    {
        using (file)
        {
            var disk = table.Find(name);
            var facts = DiskFileFacts.Of(file);
            await change.CompleteAsync("an earlier request", _ => disk.Gate.WaitAsync(background.Stop)).ConfigureAwait(false);
            change.OnFailure(() => disk.Gate.Release());
            Check(disk, facts);
            var content = DiskContent.Of(file, facts, AttachRequest.FormatOf(format), disk.WritesFile);
            if (content.Format is not ImageFormat.Raw)
                throw Unsupported($"the file of {disk.Description} cannot be replaced by a qcow2 image: only raw images can");
            CheckSectors(disk, content);

            var (files, nodes) = (disk.Files, disk.Nodes);
            table.ClaimFile(disk, facts.Identity);
            // Other nodes mean another file, even if the guest could not be notified.
            change.OnFailure(() => table.SetFiles(disk, disk.Nodes == nodes ? files : [facts.Identity]));
            try
            {
                await SwapAsync(await monitor.GetAsync().ConfigureAwait(false), change, disk, new DiskSource(file, facts, content.Format)).ConfigureAwait(false);
            }
            catch when (disk.Nodes != nodes)
            {
                // The undo steps were cleared at the point of no return.
                Finish(disk, facts, path);
                throw;
            }

            change.Keep();
            Finish(disk, facts, path);
            return disk;
        }
    }

    private void Finish(StorageEntry disk, DiskFileFacts facts, string? path)
    {
        table.SetFiles(disk, [facts.Identity]);
        (disk.Size, disk.Path) = (facts.Size, path);
        disk.Gate.Release();
    }

    private void Check(StorageEntry disk, DiskFileFacts facts)
    {
        if (disk.IsRoot)
            throw new VmControlException(VmControlFailure.StorageImmutable, $"{disk.Description} is the root disk, whose file cannot be replaced");
        if (table.Find(disk.Name) != disk || disk.State is HotplugState.Detaching)
            throw new VmControlException(VmControlFailure.NoSuchStorage, $"{disk.Description} is being detached");
        if (disk.Irreplaceable is { } why)
            throw Unsupported($"the file of {disk.Description} cannot be replaced: {why}");
        if (disk.WritesFile && !facts.CanWrite)
            throw DiskFileFacts.Bad($"{disk.Description} is writable, but the descriptor was opened for reading only", Errno.EROFS);
        if (disk.Type is DiskType.ScsiCd || facts.Size == disk.Size)
            return;
        if (disk.Type is DiskType.Nvme)
        {
            throw Unsupported(
                $"{disk.Description} has {disk.Size} bytes and the new file {facts.Size}: QEMU's nvme keeps the size that it was made with (detach and attach it instead)");
        }

        if (disk.ReadOnly)
        {
            throw Unsupported(
                $"{disk.Description} has {disk.Size} bytes and the new file {facts.Size}: QEMU announces no new size of a read-only disk (detach and attach it instead)");
        }
    }

    /// <summary>A device keeps its sectors, and a guest does not find a partition table that counts in others. A CD has sectors of its own.</summary>
    private static void CheckSectors(StorageEntry disk, DiskContent content)
    {
        if (disk.Type is DiskType.ScsiCd)
            return;
        if (content.TableSectorSize is { } table && table != disk.SectorSize)
        {
            throw Unsupported(
                $"{disk.Description} has sectors of {disk.SectorSize} bytes, and the new file's partition table is in sectors of {table}: " +
                "QEMU cannot change the sectors of a disk that the guest has (detach and attach it instead)");
        }

        if (disk.SectorSize != DiskSectors.UsualSize && content.Size % disk.SectorSize != 0)
            throw Unsupported($"{disk.Description} has sectors of {disk.SectorSize} bytes, and the new file's size of {content.Size} bytes is no multiple of them");
    }

    private static VmControlException Unsupported(string reason) => new(VmControlFailure.ConfigNotSupported, reason);

    private async Task SwapAsync(QmpClient qemu, StorageChange change, StorageEntry disk, DiskSource file)
    {
        if (disk.Type is DiskType.ScsiCd)
            await _mediums.SwapAsync(qemu, change, disk, file, Interlocked.Increment(ref _replaced)).ConfigureAwait(false);
        else if (disk.Files[0] == file.Facts.Identity)
            await AnnounceAsync(qemu, change, disk, file.Facts.Size).ConfigureAwait(false);
        else
            await SwapBelowAsync(qemu, change, disk, file).ConfigureAwait(false);
    }

    private async Task SwapBelowAsync(QmpClient qemu, StorageChange change, StorageEntry disk, DiskSource file)
    {
        var old = disk.Nodes!;
        var name = $"{disk.DeviceId}-f{Interlocked.Increment(ref _replaced)}";
        var (image, set) = await blocks.AddFileAsync(qemu, change, old.Top, name, file, disk.ReadOnly, disk.Discard).ConfigureAwait(false);
        await change.StepAsync("blockdev-reopen", call => qemu.BlockdevReopenAsync(image.OverExistingFile().Write, call)).ConfigureAwait(false);
        // The old file is not used any more, and one from boot is closed already: later failures can only be reported.
        change.Keep();
        disk.Nodes = new DiskNodes(old.Top, name, [set]);
        await blocks.DeleteOldFileAsync(qemu, change, old, disk, log).ConfigureAwait(false);
        await AnnounceAsync(qemu, change, disk, file.Facts.Size).ConfigureAwait(false);
    }

    /// <summary>Notifies the guest of a new size. The file has it already, so nothing is written.</summary>
    private static Task AnnounceAsync(QmpClient qemu, StorageChange change, StorageEntry disk, long size) => size == disk.Size
        ? Task.CompletedTask
        : change.CompleteAsync("block_resize", call => qemu.BlockResizeAsync(disk.Nodes!.Top, size, call));
}
