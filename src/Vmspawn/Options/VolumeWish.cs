namespace Vmspawn.Options;

/// <summary><c>--bind-volume=</c>: a volume of a storage provider, as a disk.</summary>
/// <param name="Provider">The provider's name, such as <c>fs</c>.</param>
/// <param name="Volume">The volume's name, as the provider knows it.</param>
public sealed record VolumeWish(string Provider, string Volume)
{
    /// <summary>How the guest sees it.</summary>
    public DiskType Type { get; init; } = DiskType.VirtioBlk;

    /// <summary>Whether it may be, or has to be, made; null leaves that to the provider, which opens or makes it.</summary>
    public VolumeCreation? Create { get; init; }

    /// <summary>What a new one is made after, or null.</summary>
    public string? Template { get; init; }

    /// <summary>Whether the guest may only read; null is for writing where that is permitted.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Bytes of a new one, or null for the template's size.</summary>
    public long? Size { get; init; }

    /// <summary>Whether a block device or a regular file is asked for; null for whatever it is.</summary>
    public bool? AsBlockDevice { get; init; }

    /// <summary>What it is called while the machine runs.</summary>
    public string Name => $"{Provider}:{Volume}";
}

/// <summary>Whether a volume is opened or made.</summary>
public enum VolumeCreation
{
    /// <summary>Opened, or made where there is none.</summary>
    Any,

    /// <summary>Made; one that is there is an error.</summary>
    New,

    /// <summary>Opened; none is an error.</summary>
    Open,
}
