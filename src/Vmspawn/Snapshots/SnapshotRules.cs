using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Snapshots;

/// <summary>What can be known before a machine starts about whether it can be frozen. QEMU has the last word when it is.</summary>
internal static class SnapshotRules
{
    /// <summary>Each device or file that forbids it.</summary>
    public static IReadOnlyList<Problem> Check(MachineSpec spec)
    {
        var problems = new List<Problem>();
        if (spec.Confidential is not null)
            Add("--coco=", "the memory of a confidential guest cannot be saved", null);
        foreach (var drive in spec.Drives)
            CheckDrive(drive);
        foreach (var share in spec.Shares)
            CheckShare(share);
        if (spec.Vsock is { Program: not null })
            Add("vsock in user space", "QEMU cannot save the state of the vsock that vhost-device-vsock serves", "--vsock=no, or the kernel's vsock (/dev/vhost-vsock)");
        return problems;

        void CheckDrive(DriveSpec drive)
        {
            if (drive.Type == DiskType.Nvme && !spec.Qemu.MigratesNvme)
                Add($"disk {drive.Id}", $"QEMU {spec.Qemu.Version} cannot save the state of an NVMe controller", "another --image-disk-type=, such as virtio-blk, or QEMU 11 or later");
            if (drive is { Volume: not null, ReadOnly: false })
                Add($"disk {drive.Id}", "the guest writes to a volume of a storage provider, whose bytes are not part of a snapshot", "read-only=yes");
            else if (drive is { IsBlockDevice: true, ReadOnly: false, OverlayDirectory: null })
                Add($"disk {drive.Id}", $"the guest writes to the block device {drive.Path}, and a later change of it could not be noticed", "--ephemeral");
        }

        void CheckShare(ShareSpec share)
        {
            if (share.IsRoot)
                Add("--directory=", "the root file system is a directory of the host, whose files are not part of a snapshot", "an image");
            else if (share.Server is not Virtiofsd)
                Add($"share {share.Id}", "QEMU cannot save a 9p share that the guest has mounted", "install virtiofsd, or leave the share out");
            else if (!spec.Qemu.MigratesShares)
                Add($"share {share.Id}", $"QEMU {spec.Qemu.Version} cannot save the state of a virtiofs share", "leave the share out, or QEMU 8.2 or later");
        }

        void Add(string subject, string text, string? hint) => problems.Add(new Problem("not-restorable", subject, text, hint));
    }
}
