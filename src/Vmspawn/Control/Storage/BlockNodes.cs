using System.Runtime.InteropServices;
using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>The block nodes of disks in QEMU, whose files are descriptors of clients.</summary>
/// <param name="ioUring">Whether requests go through io_uring, as those of the disks from boot.</param>
internal sealed class BlockNodes(bool ioUring)
{
    private readonly DescriptorSets _sets = new();

    /// <summary>Creates the nodes of a file: format over file.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <param name="change">Undoes it when a later step fails.</param>
    /// <param name="name">Name of the topmost node; never used before.</param>
    /// <param name="file">The client's descriptor and its facts.</param>
    /// <param name="readOnly">The guest may not write.</param>
    /// <param name="discard">Discards of the guest reach the file.</param>
    public async Task<DiskNodes> AddAsync(
        QmpClient qemu, StorageChange change, string name, DiskSource file, bool readOnly, bool discard)
    {
        var fileName = ImageNode.FileOf(name);
        var set = await AddSetAsync(qemu, change, fileName, file).ConfigureAwait(false);
        var image = Describe(name, set, file, readOnly, discard);
        await AddNodeAsync(qemu, change, image.Whole()).ConfigureAwait(false);
        await CheckFileAsync(qemu, change, fileName, image.SetPath).ConfigureAwait(false);
        return new DiskNodes(name, File: null, [set]);
    }

    /// <summary>Creates only the node of a file, to be put below a node that a device uses.</summary>
    /// <inheritdoc cref="AddAsync"/>
    /// <returns>The description of both nodes, and the descriptor set.</returns>
    public async Task<(ImageNode Image, long Set)> AddFileAsync(
        QmpClient qemu, StorageChange change, string top, string fileName, DiskSource file, bool readOnly, bool discard)
    {
        var set = await AddSetAsync(qemu, change, fileName, file).ConfigureAwait(false);
        var image = Describe(top, set, file, readOnly, discard) with { FileName = fileName };
        await AddNodeAsync(qemu, change, image.File()).ConfigureAwait(false);
        await CheckFileAsync(qemu, change, fileName, image.SetPath).ConfigureAwait(false);
        return (image, set);
    }

    /// <summary>Deletes the nodes of a disk after its device was removed: the format node, the file node, then the descriptor sets.</summary>
    public async Task DeleteAsync(QmpClient qemu, DiskNodes nodes)
    {
        await DeleteNodeAsync(qemu, nodes.Top).ConfigureAwait(false);
        await DeleteFileAsync(qemu, nodes.File, nodes.Fdsets).ConfigureAwait(false);
    }

    /// <summary>Deletes the nodes that were below a node that has another file now.</summary>
    public async Task DeleteFileAsync(QmpClient qemu, string? file, IReadOnlyList<long> fdsets)
    {
        if (file is not null)
            await DeleteNodeAsync(qemu, file).ConfigureAwait(false);
        foreach (var set in fdsets)
            await _sets.RemoveAsync(qemu, set, StorageChange.NoLimit).ConfigureAwait(false);
    }

    /// <summary>Deletes the nodes of a medium that was replaced. Failure is reported only: the new one is in use.</summary>
    public Task DeleteOldAsync(QmpClient qemu, StorageChange change, DiskNodes old, StorageEntry disk, Action<string> log) =>
        DeleteReplacedAsync(change, () => DeleteAsync(qemu, old), disk, log);

    /// <summary>Deletes a file's node that was replaced. Failure is reported only: the new one is in use.</summary>
    public Task DeleteOldFileAsync(QmpClient qemu, StorageChange change, DiskNodes old, StorageEntry disk, Action<string> log) =>
        DeleteReplacedAsync(change, () => DeleteFileAsync(qemu, old.File, old.Fdsets), disk, log);

    private static async Task DeleteReplacedAsync(StorageChange change, Func<Task> delete, StorageEntry disk, Action<string> log)
    {
        try
        {
            await change.CompleteAsync("blockdev-del", _ => delete()).ConfigureAwait(false);
        }
        catch (QmpCommandException error)
        {
            log($"{disk.Description}: its file was replaced, but QEMU keeps the old one open: {error.Message}");
        }
    }

    private Task<long> AddSetAsync(QmpClient qemu, StorageChange change, string fileName, DiskSource file) => change.StepAsync(
        "add-fd",
        call => _sets.AddAsync(qemu, file.Handle, fileName, call),
        set => _sets.RemoveAsync(qemu, set, StorageChange.NoLimit));

    private static Task AddNodeAsync(QmpClient qemu, StorageChange change, BlockNode node) => change.StepAsync(
        "blockdev-add",
        call => qemu.BlockdevAddAsync(node.Driver, node.NodeName, node.WriteOptions, call),
        () => DeleteNodeAsync(qemu, node.NodeName));

    private static Task DeleteNodeAsync(QmpClient qemu, string node) => qemu.BlockdevDelAsync(node, StorageChange.NoLimit);

    /// <summary>Queries which file a node has open. A guest must never get a disk with another disk's file behind it.</summary>
    /// <exception cref="VmControlException">It is not the file that the node was created for.</exception>
    private static async Task CheckFileAsync(QmpClient qemu, StorageChange change, string node, string path)
    {
        var nodes = await change.StepAsync("query-named-block-nodes", call => qemu.QueryNamedBlockNodesAsync(call)).ConfigureAwait(false);
        var found = nodes.FirstOrDefault(known => known.NodeName == node);
        if (found?.File != path)
            throw new VmControlException(VmControlFailure.QemuFailed, $"QEMU's block node {node} has {found?.File ?? "no file"} open, not {path}");
    }

    private ImageNode Describe(string top, long set, DiskSource file, bool readOnly, bool discard) => new()
    {
        Format = file.Format,
        Name = top,
        SetPath = $"/dev/fdset/{set}",
        IsBlockDevice = file.Facts.IsBlockDevice,
        ReadOnly = readOnly,
        IsFileReadOnly = !file.Facts.CanWrite,
        Discard = discard,
        IoUring = ioUring,
    };
}

/// <summary>A client's file for a disk.</summary>
/// <param name="Handle">The descriptor.</param>
/// <param name="Facts">Its facts.</param>
/// <param name="Format">How QEMU reads it.</param>
internal sealed record DiskSource(SafeHandle Handle, DiskFileFacts Facts, ImageFormat Format);
