using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A disk of the guest, its image already looked at.</summary>
internal sealed record DriveSpec
{
    /// <summary>Id of the device, and stem of its block node names.</summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the image; for one without a file, what it is; for a volume, <c>PROVIDER:VOLUME</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Which file it was when it was looked at; null for one that is made later, and for a disk without a file of ours.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>Bytes of a sector that the guest sees.</summary>
    public int SectorSize { get; init; } = 512;

    /// <summary>The bytes of a disk without a file, read-only; empty for one with a path.</summary>
    public ValueBytes Content { get; init; }

    /// <summary>The storage provider's volume that it is, or null for an image of our own to open.</summary>
    public VolumeSpec? Volume { get; init; }

    public required ImageFormat Format { get; init; }
    public required DiskType Type { get; init; }
    public required string Serial { get; init; }

    /// <summary>Size that the guest sees, in bytes, after growing.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The boot disk.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Whether the image lies on a block device rather than in a regular file.</summary>
    public bool IsBlockDevice { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Discards of the guest reach the image.</summary>
    public bool Discard { get; init; }

    /// <summary>Directory of the throw-away overlay, or null when the guest writes to the image itself.</summary>
    public string? OverlayDirectory { get; init; }

    /// <summary>Grow the image file to this many bytes before it is attached, or null.</summary>
    public long? GrowTo { get; init; }

    /// <summary>The image is to be made first, as an empty child of this template; null for one that is there.</summary>
    public TemplateFacts? MadeFrom { get; init; }

    /// <summary>The images below a qcow2 image, nearest first.</summary>
    public IReadOnlyList<BackingSpec> Backing { get; init => field = ValueList.Of(value); } = ValueList.Of<BackingSpec>([]);

    /// <summary>Whether the shared SCSI controller carries it.</summary>
    public bool IsScsi => Type.IsScsi();
}

/// <summary>An image that another one is a copy-on-write child of; never written to.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Format">Its format.</param>
/// <param name="IsBlockDevice">Whether it lies on a block device.</param>
/// <param name="Identity">Which file it was when it was looked at; null where nobody looked.</param>
internal sealed record BackingSpec(string Path, ImageFormat Format, bool IsBlockDevice, FileIdentity? Identity = null);

/// <summary>A storage provider's volume behind a disk.</summary>
/// <param name="Socket">Path of the provider's socket.</param>
/// <param name="Wish">What is asked of it, its kind and its access decided.</param>
internal sealed record VolumeSpec(string Socket, VolumeRequest Wish);
