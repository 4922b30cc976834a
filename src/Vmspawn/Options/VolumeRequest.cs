namespace Vmspawn.Options;

/// <summary><c>--bind-volume=</c>: a volume of a storage provider, as a disk.</summary>
/// <param name="Provider">The provider's name, such as <c>fs</c>.</param>
/// <param name="Volume">The volume's name at the provider.</param>
public sealed record VolumeRequest(string Provider, string Volume)
{
    /// <summary>The device type.</summary>
    public DiskType Type { get; init; } = DiskType.VirtioBlk;

    /// <summary>Whether the volume may be or must be created; null leaves that to the provider, which opens or creates it.</summary>
    public VolumeCreation? Create { get; init; }

    /// <summary>The template for a new volume, or null.</summary>
    public string? Template { get; init; }

    /// <summary>Whether the guest may only read; null opens it for writing if the provider permits that.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Bytes of a new volume, or null for the template's size.</summary>
    public long? Size { get; init; }

    /// <summary>Whether a block device or a regular file is required; null accepts both.</summary>
    public bool? AsBlockDevice { get; init; }

    /// <summary>The disk's name while the machine runs.</summary>
    public string Name => $"{Provider}:{Volume}";
}

/// <summary>Whether a volume is opened or created.</summary>
public enum VolumeCreation
{
    /// <summary>Open, or create if it does not exist.</summary>
    Any,

    /// <summary>Create; an existing volume is an error.</summary>
    New,

    /// <summary>Open; a missing volume is an error.</summary>
    Open,
}
