using Microsoft.Win32.SafeHandles;
using Vmspawn.Control.Storage;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn;

/// <summary>A disk of a running machine.</summary>
/// <param name="Name">Its name, by which requests name it.</param>
/// <param name="Type">The device that the guest sees.</param>
/// <param name="Path">Its file; null when only a descriptor is known.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsReadOnly">The guest cannot write to it.</param>
/// <param name="WhyImmutable">Why it cannot be detached while the machine runs, or null.</param>
public sealed record VmDisk(string Name, DiskType Type, string? Path, long Size, bool IsReadOnly, string? WhyImmutable)
{
    internal static VmDisk Of(StorageEntry disk) => new(disk.Name, disk.Type, disk.Path, disk.Size, disk.ReadOnly, disk.Immutable);
}

/// <summary>The disks of a running machine. A wait that is cancelled changes nothing: the request goes on.</summary>
public sealed class VmDisks
{
    private readonly DiskHotplug _disks;

    internal VmDisks(DiskHotplug disks) => _disks = disks;

    /// <summary>All disks, those from boot first.</summary>
    public IReadOnlyList<VmDisk> All => [.. _disks.Table.All.Select(VmDisk.Of)];

    /// <summary>Attaches a regular file or a block device as a disk; returns when QEMU has made it, which the guest then finds.</summary>
    /// <param name="name">A name that no other disk has.</param>
    /// <param name="path">The file.</param>
    /// <param name="type">The device.</param>
    /// <param name="readOnly">Whether the guest cannot write to it.</param>
    /// <param name="format">The image's format; null is raw, unless the content looks like another one, which is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmControlException">It failed and was undone, or QEMU does not answer.</exception>
    public async Task<VmDisk> AttachAsync(
        string name, string path, DiskType type = DiskType.VirtioBlk, bool readOnly = false, ImageFormat? format = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var request = new AttachRequest(name, OptionWords.Of(type), readOnly, Path.GetFullPath(path), format is { } known ? OptionWords.Of(known) : null);
        var disk = await _disks.Attach.AttachAsync(request, Open(path, readOnly || type.IsReadOnly())).WaitAsync(cancellationToken).ConfigureAwait(false);
        return VmDisk.Of(disk);
    }

    /// <summary>Detaches a disk; returns when the guest has released it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="limit">The guest's time limit; null is 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmControlException">It is still attached; its removal may be requested again.</exception>
    public Task DetachAsync(string name, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        _disks.Detach.DetachAsync(name, wait: true, limit ?? DiskDetach.DefaultTimeout).WaitAsync(cancellationToken);

    /// <summary>Replaces the file of a disk while the guest has it; only raw images.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">The new file, of the same size unless the disk is a CD.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmControlException">The disk still has its old file, unless the message says otherwise.</exception>
    public async Task<VmDisk> ReplaceAsync(string name, string path, CancellationToken cancellationToken = default)
    {
        var known = _disks.Table.Find(name);
        var disk = await _disks.Replace.ReplaceAsync(name, Open(path, !known.WritesFile), Path.GetFullPath(path), format: null).WaitAsync(cancellationToken).ConfigureAwait(false);
        return VmDisk.Of(disk);
    }

    /// <summary>Makes a disk fail, or ends that; each call replaces the fault of the one before. Not for CD drives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fault">Which requests of the guest fail; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmControlException">Nothing has changed.</exception>
    public Task FailAsync(string name, DiskFault? fault, CancellationToken cancellationToken = default) => _disks.Faults.SetAsync(name, fault).WaitAsync(cancellationToken);

    private static SafeFileHandle Open(string path, bool readOnly)
    {
        try
        {
            return OpenFile.Open(path, writable: !readOnly);
        }
        catch (LinuxException error)
        {
            throw new VmControlException(VmControlFailure.BadFile, $"{path} cannot be opened: {FailureReason.Of(error.Errno)}", error) { Errno = error.Errno };
        }
    }
}
