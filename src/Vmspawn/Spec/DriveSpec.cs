using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A disk of the guest, with a probed image.</summary>
internal sealed record DriveSpec
{
    /// <summary>Id of the device, and prefix of its block node names.</summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the image; for a disk without a file, a description; for a volume, <c>PROVIDER:VOLUME</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The file's identity when it was probed; null for a file that is created later, and for a disk without a file.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>Bytes of a sector.</summary>
    public int SectorSize { get; init; } = 512;

    /// <summary>The bytes of a disk without a file, read-only; empty for one with a path.</summary>
    public ValueBytes Content { get; init; }

    /// <summary>The storage provider's volume, or null for an image file.</summary>
    public VolumeSpec? Volume { get; init; }

    public required ImageFormat Format { get; init; }
    public required DiskType Type { get; init; }
    public required string Serial { get; init; }

    /// <summary>Size of the disk in bytes, after growing.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The boot disk.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Whether the image is a block device rather than a regular file.</summary>
    public bool IsBlockDevice { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Discards of the guest reach the image.</summary>
    public bool Discard { get; init; }

    /// <summary>Directory of the temporary overlay, or null when the guest writes to the image.</summary>
    public string? OverlayDirectory { get; init; }

    /// <summary>Grow the image file to this many bytes before it is attached, or null.</summary>
    public long? GrowTo { get; init; }

    /// <summary>The template of which the image is created first as an empty child; null for an existing image.</summary>
    public TemplateFacts? MadeFrom { get; init; }

    /// <summary>The backing images of a qcow2 image, nearest first.</summary>
    public IReadOnlyList<BackingSpec> Backing { get; init => field = ValueList.Of(value); } = ValueList.Of<BackingSpec>([]);

    /// <summary>The overlays of a snapshot over the image, nearest to the guest first; never written to.</summary>
    public IReadOnlyList<BackingSpec> Frozen { get; init => field = ValueList.Of(value); } = ValueList.Of<BackingSpec>([]);

    /// <summary>Whether it is on the shared SCSI controller.</summary>
    public bool IsScsi => Type.IsScsi();
}

/// <summary>A backing image; never written to.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Format">Its format.</param>
/// <param name="IsBlockDevice">Whether it is a block device.</param>
/// <param name="Identity">The file's identity when it was probed; null when it was not probed.</param>
internal sealed record BackingSpec(string Path, ImageFormat Format, bool IsBlockDevice, FileIdentity? Identity = null);

/// <summary>A storage provider's volume behind a disk.</summary>
/// <param name="Socket">Path of the provider's socket.</param>
/// <param name="Request">The request, with its kind and access decided.</param>
internal sealed record VolumeSpec(string Socket, VolumeRequest Request);
