using Vmspawn.Plan;

namespace Vmspawn.Spec;

/// <summary>A directory of the host that the guest sees.</summary>
internal sealed record ShareSpec
{
    /// <summary>Id of the device and of what stands behind it.</summary>
    public required string Id { get; init; }

    /// <summary>What the guest mounts it by.</summary>
    public required string Tag { get; init; }

    /// <summary>Absolute path of the directory.</summary>
    public required string Source { get; init; }

    /// <summary>Absolute path where the guest mounts it; <c>/</c> is mounted by its kernel.</summary>
    public required string Target { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>It is the tree of a guest whose systemd mounts all other shares.</summary>
    public bool HasSystemd { get; init; }

    /// <summary>Which ids of the host those of the guest are; null for the same.</summary>
    public IdMap? Ids { get; init; }

    /// <summary>What the guest writes is thrown away; null for a directory that it changes.</summary>
    public TreeSnapshot? Snapshot { get; init; }

    /// <summary>What serves it.</summary>
    public required ShareServer Server { get; init; }

    /// <summary>Absolute path of what the guest sees.</summary>
    public string Shown => Snapshot?.Root ?? Source;

    /// <summary>The guest's root directory.</summary>
    public bool IsRoot => Id == DeviceIds.RootDrive;
}

/// <summary>Ids of the guest with those of the host that they are, in ascending order from each first one.</summary>
/// <param name="GuestFirst">The guest's first user and group.</param>
/// <param name="HostUser">The host's user for it.</param>
/// <param name="HostGroup">The host's group for it.</param>
/// <param name="Count">How many.</param>
internal sealed record IdMap(uint GuestFirst, uint HostUser, uint HostGroup, uint Count);

/// <summary>What the guest of an ephemeral machine sees and changes instead of the tree.</summary>
/// <param name="Place">Absolute path of the directory that holds it, made and removed with the VM.</param>
/// <param name="Kind">How it comes about.</param>
internal sealed record TreeSnapshot(string Place, SnapshotKind Kind)
{
    /// <summary>Where the guest's root directory is, for those who see it.</summary>
    public string Root => Path.Combine(Place, ThrowAwayTree.Merged);
}

/// <summary>How a snapshot of a tree comes about.</summary>
internal enum SnapshotKind
{
    /// <summary>An overlay, mounted for virtiofsd alone.</summary>
    Overlay,

    /// <summary>The same within a user namespace, where we are root.</summary>
    UserOverlay,

    /// <summary>A copy, by cp(1), that shares the data where the file system can.</summary>
    Copy,
}
