using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Checks interrupt vectors: the driver of a device that gets none fails with ENOSPC.</summary>
/// <param name="Needed">Vectors that Linux requests for all devices together.</param>
/// <param name="Limit">Vectors available, or null for no limit.</param>
/// <param name="SharedByDrives">Whether extra drives use a shared interrupt, so that the vectors suffice.</param>
/// <param name="SharedByUsersNvme">Whether the user's nvme controllers use one vector each, unless their arguments set the number.</param>
public sealed record InterruptPlan(int Needed, int? Limit, bool SharedByDrives, bool SharedByUsersNvme = false)
{
    /// <summary>Vectors for the board's devices, the timer and the UART.</summary>
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

    /// <summary>Beyond the limit even the console gets no interrupt, and the guest appears to hang.</summary>
    private InterruptPlan WithUsersNvmeSharing(PcieTopology topology, int cpus)
    {
        var controllers = topology.Devices.Count(device => device is { UserIndex: not null, Driver: "nvme" });
        return controllers == 0
            ? this
            : this with { Needed = Needed - controllers * (Vectors("nvme", cpus) - 1), SharedByUsersNvme = true };
    }

    /// <summary>The message for the user, or null.</summary>
    internal string? Notice => (SharedByDrives || SharedByUsersNvme, Needed > Limit) switch
    {
        (_, true) => $"the devices want about {Needed} interrupt vectors and the guest has {Limit}: some will not work; more --cpus= gives more",
        (true, _) => $"drives share interrupts, since the guest has only {Limit} interrupt vectors; more --cpus= gives more",
        _ => null,
    };

    /// <summary>Whether a drive may use a shared interrupt: any PCI disk except the root disk.</summary>
    internal static bool MayShare(DriveSpec drive) => !drive.IsRoot && !drive.IsScsi;

    /// <summary>One vector for each queue, with one queue per CPU, and one for the configuration or the administration queue.</summary>
    private static int Vectors(string driver, int cpus) => driver switch
    {
        "nvme" or "virtio-blk-pci" or "virtio-blk" => cpus + 1,
        "virtio-scsi-pci" or "virtio-scsi" => cpus + 3,
        "virtio-net-pci" or "virtio-net" or "vhost-user-fs-pci" or "vhost-vsock-pci" or "vhost-user-vsock-pci" => 3,
        _ when driver.StartsWith("virtio-", StringComparison.Ordinal) => 2,
        _ => 1,
    };
}
