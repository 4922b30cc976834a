using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Interrupt vectors: a device that gets none is there for the guest, but its driver fails with ENOSPC.</summary>
/// <param name="Needed">Vectors that Linux asks for, all devices together.</param>
/// <param name="Limit">Vectors that it has, or null where they do not run out.</param>
/// <param name="SharedByDrives">Whether our extra drives do with a shared interrupt, so that everything fits.</param>
/// <param name="SharedByUsersNvme">Whether the user's nvme controllers do with one vector each, unless their arguments say otherwise.</param>
public sealed record InterruptPlan(int Needed, int? Limit, bool SharedByDrives, bool SharedByUsersNvme = false)
{
    /// <summary>What the board's own devices, the timer and the UART take.</summary>
    private const int Board = 10;

    internal static InterruptPlan For(MachineSpec spec, PcieTopology topology)
    {
        var cpus = spec.Cpus.Count;
        var limit = spec.Platform.VectorsPerCpu * cpus;
        var drives = spec.Drives.Count(MayShare);
        var others = Board + topology.Ports.Count
            + topology.Devices.Where(device => device.Id is null || !spec.Drives.Any(drive => drive.Id == device.Id && MayShare(drive)))
                .Sum(device => Vectors(device.Driver, cpus));
        var needed = others + drives * Vectors("virtio-blk-pci", cpus);
        var plan = !(needed > limit) || drives == 0
            ? new InterruptPlan(needed, limit, SharedByDrives: false)
            : new InterruptPlan(others + spec.Drives.Count(drive => MayShare(drive) && drive.Type == DiskType.Nvme), limit, SharedByDrives: true);
        return !(plan.Needed > limit) ? plan : plan.WithUsersNvmeSharing(topology, cpus);
    }

    /// <summary>Past the limit even the console gets no interrupt, and the guest seems dead.</summary>
    private InterruptPlan WithUsersNvmeSharing(PcieTopology topology, int cpus)
    {
        var controllers = topology.Devices.Count(device => device is { UserIndex: not null, Driver: "nvme" });
        return controllers == 0
            ? this
            : this with { Needed = Needed - controllers * (Vectors("nvme", cpus) - 1), SharedByUsersNvme = true };
    }

    /// <summary>What the user is told, or null.</summary>
    internal string? Notice => (SharedByDrives || SharedByUsersNvme, Needed > Limit) switch
    {
        (_, true) => $"the devices want about {Needed} interrupt vectors and the guest has {Limit}: some will not work; more --cpus= gives more",
        (true, _) => $"drives share interrupts, since the guest has only {Limit} interrupt vectors; more --cpus= gives more",
        _ => null,
    };

    /// <summary>Whether a drive is one that gives way: a disk of its own that is not the root disk.</summary>
    internal static bool MayShare(DriveSpec drive) => !drive.IsRoot && !drive.IsScsi;

    /// <summary>A vector for each queue, one queue a CPU, and one for the configuration or the administration queue.</summary>
    private static int Vectors(string driver, int cpus) => driver switch
    {
        "nvme" or "virtio-blk-pci" or "virtio-blk" => cpus + 1,
        "virtio-scsi-pci" or "virtio-scsi" => cpus + 3,
        "virtio-net-pci" or "virtio-net" or "vhost-user-fs-pci" or "vhost-vsock-pci" or "vhost-user-vsock-pci" => 3,
        _ when driver.StartsWith("virtio-", StringComparison.Ordinal) => 2,
        _ => 1,
    };
}
