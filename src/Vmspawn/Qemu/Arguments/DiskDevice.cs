using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Pcie;

namespace Vmspawn.Qemu.Arguments;

/// <summary>A disk's address on a virtio-scsi controller.</summary>
/// <param name="Target">QEMU's <c>scsi-id</c>, 0 to 255.</param>
/// <param name="Lun">QEMU's <c>lun</c>.</param>
internal readonly record struct ScsiAddress(int Target, int Lun)
{
    /// <summary>The number of targets of a virtio-scsi controller; further disks get the next LUN.</summary>
    private const int Targets = 256;

    /// <summary>The address of the disk with this index on its controller.</summary>
    public static ScsiAddress At(int index) => new(index % Targets, index / Targets);
}

/// <summary>The device of a disk. Describes disks present at boot as well as hot-plugged ones.</summary>
internal sealed record DiskDevice
{
    /// <summary>The driver of the controller that SCSI disks share.</summary>
    public const string ScsiControllerDriver = "virtio-scsi-pci";

    /// <summary>Maximum bytes of the vendor specific designator in page 0x83 (SPC, "Device Identification VPD page") in QEMU.</summary>
    private const int LongestDeviceId = 20;

    public required DiskType Type { get; init; }

    public required string Id { get; init; }

    /// <summary>The topmost block node.</summary>
    public required string Node { get; init; }

    public required string Serial { get; init; }

    /// <summary>Bytes of a sector that the image was made for; a CD has sectors of its own.</summary>
    public int SectorSize { get; init; } = DiskSectors.UsualSize;

    /// <summary>Whether firmware boots from this disk.</summary>
    public bool IsBootDisk { get; init; }

    /// <summary>Use one shared interrupt instead of one for each queue.</summary>
    public bool SharesInterrupt { get; init; }

    /// <summary>QEMU's driver of the disk; for SCSI types the one on the controller's bus.</summary>
    public static string Driver(DiskType type) => type switch
    {
        DiskType.VirtioBlk => "virtio-blk-pci",
        DiskType.Nvme => "nvme",
        DiskType.VirtioScsi => "scsi-hd",
        DiskType.ScsiCd => "scsi-cd",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The controller that SCSI disks share.</summary>
    public static QemuDevice ScsiController(string id, PciPlace place) => new QemuDevice(ScsiControllerDriver, id).At(place);

    /// <summary>The device of a disk that is a PCI device.</summary>
    public QemuDevice At(PciPlace place)
    {
        var device = New().At(place);
        if (SharesInterrupt)
        {
            // nvme: one vector; virtio-blk: no vectors, so that it uses the INTx interrupt.
            device = Type is DiskType.Nvme ? device.With("msix_qsize", 1) : device.With("vectors", 0);
        }

        return WithDisk(device);
    }

    /// <summary>The device of a disk on a SCSI controller.</summary>
    public QemuDevice At(string controller, ScsiAddress address) => WithDisk(New()
        .With("bus", $"{controller}.0")
        .With("scsi-id", address.Target)
        .With("lun", address.Lun)
        // The default is the serial, and QEMU 11 refuses a longer value.
        .WithIf(Serial.Length > LongestDeviceId, "device_id", Serial[..Math.Min(LongestDeviceId, Serial.Length)]));

    private bool HasOtherSectors => SectorSize != DiskSectors.UsualSize && Type is not DiskType.ScsiCd;

    private QemuDevice New() => new(Driver(Type), Id);

    private QemuDevice WithDisk(QemuDevice device) => device
        .With("drive", Node)
        .With("serial", Serial)
        .WithIf(HasOtherSectors, "logical_block_size", SectorSize)
        .WithIf(HasOtherSectors, "physical_block_size", SectorSize)
        .WithIf(IsBootDisk, "bootindex", 1);
}
