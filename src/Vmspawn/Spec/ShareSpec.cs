using Vmspawn.Plan;

namespace Vmspawn.Spec;

/// <summary>A directory of the host that the guest sees.</summary>
internal sealed record ShareSpec
{
    /// <summary>Its place among those of its kind, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>What the guest mounts it by.</summary>
    public required string Tag { get; init; }

    /// <summary>Absolute path of the directory.</summary>
    public required string Source { get; init; }

    /// <summary>Absolute path where the guest mounts it.</summary>
    public required string Target { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What serves it.</summary>
    public required ShareServer Server { get; init; }

    /// <summary>Id of the device and of what stands behind it.</summary>
    public string Id => DeviceIds.Share(Index);
}

/// <summary>What serves a share.</summary>
internal abstract record ShareServer
{
    /// <summary>QEMU's device.</summary>
    public abstract string Driver { get; }

    /// <summary>The guest's file system type.</summary>
    public abstract string FileSystem { get; }
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
