using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>Disks: the block nodes of each, then the device that shows them to the guest.</summary>
internal static class DiskArguments
{
    /// <summary>Targets of a virtio-scsi controller; past them LUNs are counted up.</summary>
    private const int ScsiTargets = 256;

    /// <summary>Bytes of the vendor specific designator in page 0x83 (SPC, "Device Identification VPD page") as QEMU makes it.</summary>
    private const int LongestDeviceId = 20;

    public static void Add(PlanDraft draft, MachineSpec spec, InterruptPlan interrupts)
    {
        if (spec.Drives.Any(drive => drive.IsScsi))
            draft.AddPciDevice("virtio-scsi-pci", DeviceIds.ScsiController);

        var scsiIndex = 0;
        foreach (var drive in spec.Drives)
        {
            draft.Add("-blockdev", Node(draft, drive).ToString());
            if (drive.IsScsi)
                AddScsi(draft, drive, scsiIndex++);
            else
                draft.AddPciDevice(DeviceDemands.Driver(drive.Type), drive.Id, text =>
                    Properties(interrupts.SharedByDrives && InterruptPlan.MayShare(drive) ? Sharing(text, drive.Type) : text, drive));
        }
    }

    /// <summary>No vectors of its own for virtio-blk, which then takes the pin's; one for nvme.</summary>
    private static OptionText Sharing(OptionText text, DiskType type) =>
        type == DiskType.Nvme ? text.With("msix_qsize", 1) : text.With("vectors", 0);

    private static void AddScsi(PlanDraft draft, DriveSpec drive, int index)
    {
        var text = new OptionText(DeviceDemands.Driver(drive.Type))
            .With("id", drive.Id)
            .With("bus", $"{DeviceIds.ScsiController}.0")
            .With("scsi-id", index % ScsiTargets)
            .With("lun", index / ScsiTargets)
            // By default it is the serial, which QEMU 11 refuses for one that is longer.
            .WithIf(drive.Serial.Length > LongestDeviceId, "device_id", drive.Serial[..Math.Min(LongestDeviceId, drive.Serial.Length)]);
        draft.Add("-device", Properties(text, drive));
    }

    private static OptionText Properties(OptionText text, DriveSpec drive) => text
        .With("drive", drive.Id)
        .With("serial", drive.Serial)
        .WithIf(drive.IsRoot, "bootindex", "1");

    /// <summary>The tree of nodes below a drive, the topmost named like the drive.</summary>
    private static BlockNode Node(PlanDraft draft, DriveSpec drive)
    {
        if (drive.OverlayDirectory is null)
            return Image(draft, drive, drive.Id, drive.ReadOnly);

        var overlay = new AnonymousOverlay(drive.OverlayDirectory, drive.VirtualSize);
        return new BlockNode
        {
            Driver = "qcow2",
            NodeName = drive.Id,
            Discard = drive.Discard,
            NoFlush = true,
            File = new BlockNode
            {
                Driver = "file",
                NodeName = $"{drive.Id}-top",
                FileName = draft.SetPath($"{drive.Id}-top", overlay),
                Discard = drive.Discard,
            },
            Backing = Image(draft, drive, $"{drive.Id}-base", readOnly: true),
        };
    }

    private static BlockNode Image(PlanDraft draft, DriveSpec drive, string name, bool readOnly)
    {
        BlockNode? below = null;
        for (var depth = drive.Backing.Count; depth > 0; depth--)
            below = Layer(draft, drive.Backing[depth - 1], $"{drive.Id}-b{depth}", readOnly: true, discard: false, below);
        var image = new BackingSpec(drive.Path, drive.Format, drive.IsBlockDevice);
        return Layer(draft, image, name, readOnly, drive.Discard && !readOnly, below);
    }

    private static BlockNode Layer(
        PlanDraft draft, BackingSpec image, string name, bool readOnly, bool discard, BlockNode? below)
    {
        var isQcow2 = image.Format == ImageFormat.Qcow2;
        return new BlockNode
        {
            Driver = isQcow2 ? "qcow2" : "raw",
            NodeName = name,
            ReadOnly = readOnly,
            Discard = discard,
            File = new BlockNode
            {
                Driver = image.IsBlockDevice ? "host_device" : "file",
                NodeName = $"{name}-file",
                FileName = draft.SetPath(name, new OpenedFile(image.Path, readOnly)),
                ReadOnly = readOnly,
                Discard = discard,
            },
            Backing = below,
            NoBacking = isQcow2 && below is null,
        };
    }
}
