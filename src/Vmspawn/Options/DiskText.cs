namespace Vmspawn.Options;

/// <summary>The words for image formats and disk types.</summary>
internal static class DiskText
{
    /// <summary>Every format.</summary>
    public static (string Word, ImageFormat Value)[] Formats { get; } = [("raw", ImageFormat.Raw), ("qcow2", ImageFormat.Qcow2)];

    /// <summary>Every disk type.</summary>
    public static (string Word, DiskType Value)[] Types { get; } =
    [
        ("virtio-blk", DiskType.VirtioBlk),
        ("virtio-scsi", DiskType.VirtioScsi),
        ("nvme", DiskType.Nvme),
        ("scsi-cd", DiskType.ScsiCd),
    ];
}
