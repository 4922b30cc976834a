using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Gives a disk another file while the guest has it: below the node that the device uses, or as the medium of a CD.</summary>
internal sealed class DiskReplace(MonitorAccess monitor, StorageTable table, BlockNodes blocks, MediumSwap mediums)
{
    private int _replaced;

    /// <param name="name">Which disk.</param>
    /// <param name="file">The client's descriptor; stays the caller's.</param>
    /// <param name="path">For lists, or null.</param>
    /// <exception cref="ControlException">The disk has its old file still, unless the reason says otherwise.</exception>
    public async Task<StorageEntry> ReplaceAsync(string name, SafeHandle file, string? path)
    {
        var disk = table.Find(name);
        var facts = DiskFileFacts.Of(file);
        await disk.Gate.WaitAsync();
        try
        {
            Check(disk, facts);
            var (files, nodes) = (disk.Files, disk.Nodes);
            table.ClaimFile(disk, facts.Identity);
            try
            {
                await monitor.TellAsync(qemu => SwapAsync(qemu, disk, file, facts));
                (files, disk.Size, disk.Path) = ([facts.Identity], facts.Size, path);
            }
            finally
            {
                // Other nodes mean another file, even when telling the guest failed.
                table.SetFiles(disk, disk.Nodes == nodes ? files : [facts.Identity]);
            }

            return disk;
        }
        finally
        {
            disk.Gate.Release();
        }
    }

    private void Check(StorageEntry disk, DiskFileFacts facts)
    {
        if (disk.IsRoot)
            throw new ControlException(ControlFailure.StorageImmutable, $"{disk.What} is the root disk, whose file stays");
        if (table.Find(disk.Name) != disk || disk.State is PlugState.Detaching)
            throw new ControlException(ControlFailure.NoSuchStorage, $"{disk.What} is being detached");
        if (disk.Irreplaceable is { } why)
            throw Unsupported($"the file of {disk.What} cannot be replaced: {why}");
        if (disk.WritesFile && !facts.CanWrite)
            throw DiskFileFacts.Bad($"{disk.What} is writable, but the descriptor was opened for reading only", Errno.EBADF);
        if (disk.Type is DiskType.ScsiCd || facts.Size == disk.Size)
            return;
        if (disk.Type is DiskType.Nvme)
        {
            throw Unsupported(
                $"{disk.What} has {disk.Size} bytes and the new file {facts.Size}: QEMU's nvme keeps the size that it was made with; detach and attach it instead");
        }

        if (disk.ReadOnly)
        {
            throw Unsupported(
                $"{disk.What} has {disk.Size} bytes and the new file {facts.Size}: QEMU announces no new size of a read-only disk; detach and attach it instead");
        }
    }

    private static ControlException Unsupported(string reason) => new(ControlFailure.ConfigNotSupported, reason);

    private async Task SwapAsync(QmpClient qemu, StorageEntry disk, SafeHandle file, DiskFileFacts facts)
    {
        if (disk.Type is DiskType.ScsiCd)
            await mediums.SwapAsync(qemu, disk, file, facts, Interlocked.Increment(ref _replaced));
        else if (disk.Files[0] == facts.Identity)
            await AnnounceAsync(qemu, disk, facts.Size);
        else
            await SwapBelowAsync(qemu, disk, file, facts);
    }

    private async Task SwapBelowAsync(QmpClient qemu, StorageEntry disk, SafeHandle file, DiskFileFacts facts)
    {
        var undo = new UndoSteps();
        var old = disk.Nodes!;
        try
        {
            var below = $"{disk.DeviceId}-f{Interlocked.Increment(ref _replaced)}";
            var set = await blocks.AddFileAsync(qemu, below, file, facts, disk.Discard);
            undo.Add(() => blocks.DeleteFileAsync(qemu, below, [set]));
            await ReopenAsync(qemu, disk, below);
            // From here on the old file is not needed, and one from boot is closed already: the rest can only be reported.
            undo.Clear();
            disk.Nodes = new DiskNodes(old.Top, below, [set]);
            await blocks.DeleteFileAsync(qemu, old.File, old.Fdsets);
            await AnnounceAsync(qemu, disk, facts.Size);
        }
        catch (QmpException error)
        {
            throw await undo.UnwindAsync(error);
        }
    }

    private static Task ReopenAsync(QmpClient qemu, StorageEntry disk, string below) => qemu.BlockdevReopenAsync(nodes =>
    {
        nodes.WriteStartObject();
        nodes.WriteString("driver"u8, "raw"u8);
        nodes.WriteString("node-name"u8, disk.Nodes!.Top);
        RawNode.Write(nodes, below, disk.ReadOnly, disk.Discard);
        nodes.WriteEndObject();
    });

    /// <summary>Tells the guest a new size. The file has it already, so nothing is written.</summary>
    private static Task AnnounceAsync(QmpClient qemu, StorageEntry disk, long size) =>
        size == disk.Size ? Task.CompletedTask : qemu.BlockResizeAsync(disk.Nodes!.Top, size);
}
