namespace Vmspawn.Spec;

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
