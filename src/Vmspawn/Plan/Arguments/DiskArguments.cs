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

        var nodes = new DriveNodes(draft, spec.IoUring);
        var scsiIndex = 0;
        foreach (var drive in spec.Drives)
        {
            draft.Add("-blockdev", nodes.Of(drive).ToString());
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
        .WithIf(drive.SectorSize != 512, "logical_block_size", $"{drive.SectorSize}")
        .WithIf(drive.SectorSize != 512, "physical_block_size", $"{drive.SectorSize}")
        .WithIf(drive.IsRoot, "bootindex", "1");
}
