using Vmspawn.Trees;

namespace Vmspawn.Spec;

/// <summary>A host directory that is shared with the guest.</summary>
internal sealed record ShareSpec
{
    /// <summary>Id of the device and of its backend.</summary>
    public required string Id { get; init; }

    /// <summary>The mount tag in the guest.</summary>
    public required string Tag { get; init; }

    /// <summary>Absolute path of the directory.</summary>
    public required string Source { get; init; }

    /// <summary>Absolute path where the guest mounts it; <c>/</c> is mounted by its kernel.</summary>
    public required string Target { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether it is the root of a guest whose systemd mounts the other shares.</summary>
    public bool HasSystemd { get; init; }

    /// <summary>The mapping of the guest's ids to the host's; null for the same ids.</summary>
    public IdMap? Ids { get; init; }

    /// <summary>The snapshot that receives the guest's writes and is discarded; null when the guest changes the directory.</summary>
    public TreeSnapshot? Snapshot { get; init; }

    /// <summary>The server of the share.</summary>
    public required ShareServer Server { get; init; }

    /// <summary>Absolute path of the directory that the guest sees.</summary>
    public string Shown => Snapshot?.Root ?? Source;

    /// <summary>Whether it is the guest's root directory.</summary>
    public bool IsRoot => Id == DeviceIds.RootDrive;
}

/// <summary>Maps a range of the guest's ids to ranges of the host's.</summary>
/// <param name="GuestFirst">The guest's first user and group id.</param>
/// <param name="HostUser">The host's user id for it.</param>
/// <param name="HostGroup">The host's group id for it.</param>
/// <param name="Count">The number of ids.</param>
internal sealed record IdMap(uint GuestFirst, uint HostUser, uint HostGroup, uint Count);

/// <summary>The snapshot that an ephemeral machine's guest uses instead of the tree.</summary>
/// <param name="Place">Absolute path of its directory, created and removed with the VM.</param>
/// <param name="Kind">How it is made.</param>
internal sealed record TreeSnapshot(string Place, SnapshotKind Kind)
{
    /// <summary>The path of the guest's root directory, in the mount namespaces that contain it.</summary>
    public string Root => Path.Combine(Place, AbandonedTrees.Merged);
}

/// <summary>How a snapshot of a tree is made.</summary>
internal enum SnapshotKind
{
    /// <summary>An overlay, mounted in the namespace of virtiofsd only.</summary>
    Overlay,

    /// <summary>The same in a user namespace, in which vmspawn is root.</summary>
    UserOverlay,

    /// <summary>A copy by cp(1), with shared data if the file system supports reflinks.</summary>
    Copy,
}

/// <summary>The server of a share.</summary>
internal abstract record ShareServer
{
    /// <summary>QEMU's device.</summary>
    public abstract string Driver { get; }

    /// <summary>The guest's file system type.</summary>
    public abstract string FileSystem { get; }

    /// <summary>Further mount options for the guest, each followed by a comma.</summary>
    public virtual string MountOptions => "";

    /// <summary>Whether it can map ids.</summary>
    public bool MapsIds { get; init; }
}

/// <summary>virtiofsd, one process for each share.</summary>
/// <param name="Path">Absolute path of the program.</param>
/// <param name="Kind">Which of the two programs of that name.</param>
/// <param name="Sandbox">Its sandbox.</param>
internal sealed record Virtiofsd(string Path, VirtiofsdKind Kind, VirtiofsdSandbox Sandbox) : ShareServer
{
    public override string Driver => "vhost-user-fs-pci";

    public override string FileSystem => "virtiofs";
}

/// <summary>QEMU's built-in 9p server.</summary>
/// <param name="KeepsOwners">Whether it sets the owners that the guest requests, which requires root.</param>
internal sealed record NineP(bool KeepsOwners) : ShareServer
{
    public override string Driver => "virtio-9p-pci";

    public override string FileSystem => "9p";

    // QEMU warns about the small default msize, which is slow (its 9pfs documentation).
    public override string MountOptions => "trans=virtio,version=9p2000.L,msize=512000,";
}

/// <summary>The two programs named virtiofsd.</summary>
internal enum VirtiofsdKind
{
    /// <summary>The Rust project.</summary>
    Rust,

    /// <summary>The C program, part of QEMU before 8.0.</summary>
    C,
}

/// <summary>How virtiofsd confines itself to the shared directory.</summary>
internal enum VirtiofsdSandbox
{
    /// <summary>Mount, process and network namespaces.</summary>
    Namespace,

    /// <summary>chroot(2).</summary>
    Chroot,

    /// <summary>Only its system call filter.</summary>
    None,
}
