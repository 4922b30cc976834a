using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>A disk image as it was found: everything the plan needs to know of it.</summary>
/// <param name="Path">The path as the user gave it.</param>
/// <param name="Format">The format, checked against the content.</param>
/// <param name="FileSize">Bytes in the file, or capacity of the block device.</param>
/// <param name="VirtualSize">Bytes of the disk that the guest sees: a multiple of 512.</param>
/// <param name="IsBlockDevice">A block device (<c>host_device</c> for QEMU), else a regular file.</param>
/// <param name="Identity">To find one file given twice.</param>
/// <param name="Backing">The backing files below a qcow2 image, nearest first, each opened read-only by whoever launches.</param>
/// <param name="Warnings">What is odd but no reason to stop.</param>
internal sealed record ImageFacts(
    string Path,
    ImageFormat Format,
    long FileSize,
    long VirtualSize,
    bool IsBlockDevice,
    FileIdentity Identity,
    IReadOnlyList<BackingFacts> Backing,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Bytes of a sector of the disk that its partition table was made for: 512, or 4096.</summary>
    public int SectorSize { get; init; } = 512;

    /// <summary>The state it was found in.</summary>
    public TemplateStamp Stamp { get; init; }
}

/// <summary>One backing file of a qcow2 image.</summary>
/// <param name="Path">Its path, resolved against the directory of the image above it.</param>
/// <param name="Format">Its format, as the image above it says.</param>
/// <param name="IsBlockDevice">A block device, else a regular file.</param>
/// <param name="Identity">To find one file given twice.</param>
internal sealed record BackingFacts(string Path, ImageFormat Format, bool IsBlockDevice, FileIdentity Identity);
