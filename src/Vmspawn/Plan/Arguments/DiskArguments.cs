using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>Disks: the block nodes of each, then its device.</summary>
internal static class DiskArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec, InterruptPlan interrupts)
    {
        if (spec.Drives.Any(drive => drive.IsScsi))
            draft.Add(DiskDevice.ScsiController(DeviceIds.ScsiController, draft.PlaceOf(DeviceIds.ScsiController)));

        var nodes = new DriveNodes(draft, spec.IoUring);
        var scsiIndex = 0;
        foreach (var drive in spec.Drives)
        {
            draft.Add("-blockdev", nodes.Of(drive).ToString());
            var disk = Describe(drive, interrupts);
            draft.Add(drive.IsScsi
                ? disk.At(DeviceIds.ScsiController, ScsiAddress.At(scsiIndex++))
                : disk.At(draft.PlaceOf(drive.Id)));
        }
    }

    private static DiskDevice Describe(DriveSpec drive, InterruptPlan interrupts) => new()
    {
        Type = drive.Type,
        Id = drive.Id,
        Node = drive.Id,
        Serial = drive.Serial,
        SectorSize = drive.SectorSize,
        IsBootDisk = drive.IsRoot,
        SharesInterrupt = interrupts.SharedByDrives && InterruptPlan.MayShare(drive),
    };
}
