namespace Vmspawn.Options;

/// <summary>How the guest sees a disk.</summary>
public enum DiskType
{
    /// <summary><c>virtio-blk</c>.</summary>
    VirtioBlk,

    /// <summary><c>virtio-scsi</c>: a target on a shared controller.</summary>
    VirtioScsi,

    /// <summary><c>nvme</c>.</summary>
    Nvme,

    /// <summary><c>scsi-cd</c>: read-only, on the shared SCSI controller.</summary>
    ScsiCd,
}

/// <summary>Properties of each disk type, for disks present at boot and for hot-plugged ones.</summary>
public static class DiskTypes
{
    /// <summary>Whether the disk is on the SCSI controller rather than a PCI device itself.</summary>
    internal static bool IsScsi(this DiskType type) => type is DiskType.VirtioScsi or DiskType.ScsiCd;

    /// <summary>Whether the guest cannot write to it even if the file is writable: a CD.</summary>
    /// <param name="type">The type.</param>
    public static bool IsReadOnly(this DiskType type) => type is DiskType.ScsiCd;
}
