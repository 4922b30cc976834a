using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>The observed state of a disk image: everything that the plan needs.</summary>
/// <param name="Path">The path as the user gave it.</param>
/// <param name="Format">The format, checked against the content.</param>
/// <param name="FileSize">Bytes in the file, or capacity of the block device.</param>
/// <param name="VirtualSize">Bytes of the disk that the guest sees: a multiple of 512.</param>
/// <param name="IsBlockDevice">A block device (<c>host_device</c> for QEMU), else a regular file.</param>
/// <param name="Identity">To find one file given twice.</param>
/// <param name="Backing">The backing files below a qcow2 image, nearest first, each opened read-only at launch.</param>
/// <param name="Warnings">Conditions that are reported but do not prevent the start.</param>
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
    /// <summary>The sector size that its partition table was made for: 512 or 4096 bytes.</summary>
    public int SectorSize { get; init; } = 512;

    /// <summary>Size and modification time when it was probed.</summary>
    public TemplateStamp Stamp { get; init; }
}

/// <summary>One backing file of a qcow2 image.</summary>
/// <param name="Path">Its path, resolved against the directory of the image above it.</param>
/// <param name="Format">Its format, from the header of the image above it.</param>
/// <param name="IsBlockDevice">A block device, else a regular file.</param>
/// <param name="Identity">To find one file given twice.</param>
internal sealed record BackingFacts(string Path, ImageFormat Format, bool IsBlockDevice, FileIdentity Identity);
