using Vmspawn.Control.Ports;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>The entries in the table of disks for those that the VM was started with.</summary>
internal sealed class BootStorage
{
    private readonly VmPlan _plan;
    private readonly PortPool _ports;

    /// <param name="spec">The drives.</param>
    /// <param name="plan">Their addresses.</param>
    /// <param name="ports">Their ports.</param>
    public BootStorage(MachineSpec spec, VmPlan plan, PortPool ports)
    {
        _plan = plan;
        _ports = ports;
        if (spec.Drives.Any(drive => drive.IsScsi))
        {
            Controller = new ScsiController(DeviceIds.ScsiController)
            {
                Port = PortOf(DeviceIds.ScsiController),
            };
        }

        // Addresses are given out in the order of the plan, so that they are those of the plan.
        Disks = [.. spec.Drives.Select(Entry)];
    }

    /// <summary>The controller of the SCSI disks among them, or null.</summary>
    public ScsiController? Controller { get; }

    public IReadOnlyList<StorageEntry> Disks { get; }

    /// <summary>The names that clients use for the devices from boot that have a separate port, by port.</summary>
    public static IReadOnlyDictionary<string, string> PortOwners(MachineSpec spec, VmPlan plan)
    {
        var owners = new Dictionary<string, string>();
        foreach (var drive in spec.Drives)
        {
            if (!drive.IsScsi && OwnPort(plan, drive.Id) is { } port)
                owners[port] = $"disk {NameOf(drive)}";
        }

        if (OwnPort(plan, DeviceIds.ScsiController) is { } shared)
            owners[shared] = ScsiController.DescribeAs(DeviceIds.ScsiController);
        return owners;
    }

    /// <summary>The name of a provider's volume is the one at the provider, which machinectl uses.</summary>
    private static string NameOf(DriveSpec drive) => drive.Volume?.Request.Name ?? drive.Id;

    private StorageEntry Entry(DriveSpec drive) => new()
    {
        Name = NameOf(drive),
        DeviceId = drive.Id,
        Type = drive.Type,
        Serial = drive.Serial,
        ReadOnly = drive.ReadOnly,
        WritesFile = !drive.ReadOnly && drive.OverlayDirectory is null,
        Discard = drive.Discard && !drive.ReadOnly,
        Size = drive.VirtualSize,
        SectorSize = drive.SectorSize,
        Files = [.. drive.Backing.Select(image => image.Identity).Prepend(drive.Identity).OfType<FileIdentity>()],
        Path = drive.Path,
        Overlay = drive.OverlayDirectory,
        IsRoot = drive.IsRoot,
        IsFromBoot = true,
        Immutable = Immutable(drive),
        Irreplaceable = Irreplaceable(drive),
        Port = drive.IsScsi ? null : PortOf(drive.Id),
        Placement = drive.IsScsi ? Controller!.Allocate() : null,
        Nodes = new DiskNodes(drive.Id, File: null, [.. Sets(drive)]),
        State = HotplugState.Attached,
    };

    private string? Immutable(DriveSpec drive) => drive switch
    {
        { IsRoot: true } => "is the root disk, which cannot be detached",
        { IsScsi: false } when OwnPort(_plan, drive.Id) is null =>
            "shares its root port with other disks (packed layout), which would all go with it",
        _ => null,
    };

    private static string? Irreplaceable(DriveSpec drive) => drive switch
    {
        { OverlayDirectory: not null } => "its writes go to a throw-away overlay over it",
        _ => StorageEntry.WhyIrreplaceable(drive.Format),
    };

    private PortLease? PortOf(string id) => OwnPort(_plan, id) is { } port ? _ports.FindLease(port) : null;

    /// <summary>The vmspawn port that only this device uses, or null.</summary>
    private static string? OwnPort(VmPlan plan, string id)
    {
        var place = plan.Topology.FindDevice(id);
        return place is not null
            && plan.Topology.FindPort(place.Bus) is { } port
            && plan.Topology.Devices.Count(device => device.Bus == place.Bus) == 1
            ? port.Id
            : null;
    }

    /// <summary>A boot-time set has the number of its descriptor.</summary>
    private IEnumerable<long> Sets(DriveSpec drive) => _plan.Descriptors
        .Where(slot => slot.Slot == drive.Id || slot.Slot.StartsWith($"{drive.Id}-", StringComparison.Ordinal))
        .Select(slot => (long)slot.Number);
}
