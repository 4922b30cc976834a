using System.Runtime.InteropServices;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>The descriptor sets and block nodes of disks in QEMU: raw over a file, all over the client's descriptor.</summary>
/// <param name="ioUring">Whether requests go through io_uring, as those of the disks that were there at boot.</param>
internal sealed class BlockNodes(bool ioUring)
{
    private readonly DescriptorSets _sets = new();

    /// <summary>Hands a descriptor to QEMU and opens it as a node. Nothing of it remains when it fails.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <param name="node">Name for the node.</param>
    /// <param name="file">The client's descriptor; stays the caller's.</param>
    /// <param name="facts">What it is.</param>
    /// <param name="discard">Whether discards of the guest reach it.</param>
    /// <returns>The descriptor set.</returns>
    public async Task<long> AddFileAsync(QmpClient qemu, string node, SafeHandle file, DiskFileFacts facts, bool discard)
    {
        var set = await _sets.AddAsync(qemu, file, node);
        var path = $"/dev/fdset/{set}";
        try
        {
            await qemu.BlockdevAddAsync(facts.IsBlockDevice ? "host_device" : "file", node, options =>
            {
                options.WriteString("filename"u8, path);
                // QEMU opens a set by the access mode it wants, and takes no other: a disk that is read-only although
                // its descriptor is not is so by the node above.
                options.WriteBoolean("read-only"u8, !facts.CanWrite);
                if (ioUring)
                    options.WriteString("aio"u8, "io_uring"u8);
                if (discard)
                    options.WriteString("discard"u8, "unmap"u8);
            });
            await CheckFileAsync(qemu, node, path);
        }
        catch
        {
            await _sets.RemoveAsync(qemu, set);
            throw;
        }

        return set;
    }

    /// <summary>Asks QEMU what a node has open. A guest must never be given a disk with another disk's file behind it.</summary>
    /// <exception cref="ControlException">It is not what the node was made for.</exception>
    private static async Task CheckFileAsync(QmpClient qemu, string node, string path)
    {
        var found = (await qemu.QueryNamedBlockNodesAsync()).FirstOrDefault(known => known.NodeName == node);
        if (found?.File != path)
            throw new ControlException(ControlFailure.QemuFailed, $"QEMU's block node {node} has {found?.File ?? "no file"} open, not {path}");
    }

    /// <summary>The node that the device uses.</summary>
    public static Task AddTopAsync(QmpClient qemu, string node, string below, bool readOnly, bool discard) =>
        qemu.BlockdevAddAsync("raw", node, options => RawNode.Write(options, below, readOnly, discard));

    /// <summary>Deletes what a disk had, its device being gone: the format before the file, then the sets.</summary>
    public async Task DeleteAsync(QmpClient qemu, DiskNodes nodes)
    {
        await qemu.BlockdevDelAsync(nodes.Top);
        await DeleteFileAsync(qemu, nodes.File, nodes.Fdsets);
    }

    /// <summary>Deletes what stood below a node that has another file by now.</summary>
    public async Task DeleteFileAsync(QmpClient qemu, string? file, IReadOnlyList<long> fdsets)
    {
        if (file is not null)
            await qemu.BlockdevDelAsync(file);
        foreach (var set in fdsets)
            await _sets.RemoveAsync(qemu, set);
    }
}
