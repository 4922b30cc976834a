using Vmspawn.Trees;

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
    public string Root => Path.Combine(Place, AbandonedTrees.Merged);
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

/// <summary>What serves a share.</summary>
internal abstract record ShareServer
{
    /// <summary>QEMU's device.</summary>
    public abstract string Driver { get; }

    /// <summary>The guest's file system type.</summary>
    public abstract string FileSystem { get; }

    /// <summary>What the guest needs to be told besides, with a comma behind each; empty for most.</summary>
    public virtual string MountOptions => "";

    /// <summary>Whether it can show the guest other ids than the host has.</summary>
    public bool MapsIds { get; init; }
}

/// <summary>virtiofsd, as a process of its own for each share.</summary>
/// <param name="Path">Absolute path of the program.</param>
/// <param name="Kind">Which of the two programs of that name.</param>
/// <param name="Sandbox">How it confines itself.</param>
internal sealed record Virtiofsd(string Path, VirtiofsdKind Kind, VirtiofsdSandbox Sandbox) : ShareServer
{
    public override string Driver => "vhost-user-fs-pci";

    public override string FileSystem => "virtiofs";
}

/// <summary>QEMU itself, by the protocol of Plan 9.</summary>
/// <param name="KeepsOwners">Files get the owners that the guest gives them, which takes root.</param>
internal sealed record NineP(bool KeepsOwners) : ShareServer
{
    public override string Driver => "virtio-9p-pci";

    public override string FileSystem => "9p";

    // QEMU warns of a msize at which it would be slow (its 9pfs documentation).
    public override string MountOptions => "trans=virtio,version=9p2000.L,msize=512000,";
}

/// <summary>Two programs have the name virtiofsd.</summary>
internal enum VirtiofsdKind
{
    /// <summary>A project of its own, in Rust.</summary>
    Rust,

    /// <summary>Part of QEMU before 8.0.</summary>
    C,
}

/// <summary>How virtiofsd keeps itself within the shared directory.</summary>
internal enum VirtiofsdSandbox
{
    /// <summary>Mount, process and network namespaces.</summary>
    Namespace,

    /// <summary>chroot(2).</summary>
    Chroot,

    /// <summary>By its system call filter alone.</summary>
    None,
}
