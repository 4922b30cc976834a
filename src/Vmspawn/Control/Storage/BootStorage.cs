using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>The disks that the VM was started with, as the table of disks has them.</summary>
internal sealed class BootStorage
{
    private readonly MachineSpec _spec;
    private readonly VmPlan _plan;

    public BootStorage(MachineSpec spec, VmPlan plan)
    {
        _spec = spec;
        _plan = plan;
        if (spec.Drives.Any(drive => drive.IsScsi))
        {
            Controller = new ScsiController
            {
                DeviceId = DeviceIds.ScsiController,
                PortId = OwnPort(DeviceIds.ScsiController),
            };
        }

        // Seats are given out in the order of the plan, so that they are those of the plan.
        Disks = [.. spec.Drives.Select(Entry)];
    }

    /// <summary>The controller of the SCSI disks among them, or null.</summary>
    public ScsiController? Controller { get; }

    public IReadOnlyList<StorageEntry> Disks { get; }

    /// <summary>What sits in which port, where something has one to itself.</summary>
    public IReadOnlyDictionary<string, string> PortOwners => Disks.Append<IPlugged?>(Controller).OfType<IPlugged>()
        .Where(device => device.PortId is not null).ToDictionary(device => device.PortId!, device => device.What);

    private StorageEntry Entry(DriveSpec drive) => new()
    {
        // A provider's volume is known by its name there, also to machinectl.
        Name = drive.Volume?.Wish.Name ?? drive.Id,
        DeviceId = drive.Id,
        Type = drive.Type,
        Serial = drive.Serial,
        ReadOnly = drive.ReadOnly,
        WritesFile = !drive.ReadOnly && drive.OverlayDirectory is null,
        Discard = drive.Discard && !drive.ReadOnly,
        Size = drive.VirtualSize,
        Files = [.. drive.Backing.Select(image => image.Path).Prepend(drive.Path).Select(Identity).OfType<FileIdentity>()],
        Path = drive.Path,
        Overlay = drive.OverlayDirectory,
        IsRoot = drive.IsRoot,
        Immutable = Immutable(drive),
        Irreplaceable = Irreplaceable(drive),
        PortId = drive.IsScsi ? null : OwnPort(drive.Id),
        Seat = drive.IsScsi ? Controller!.Sit() : null,
        Nodes = new DiskNodes(drive.Id, File: null, [.. Sets(drive)]),
        State = PlugState.Attached,
    };

    private string? Immutable(DriveSpec drive) => drive switch
    {
        { IsRoot: true } => "is the root disk and stays as long as the VM runs",
        { IsScsi: false } when OwnPort(drive.Id) is null =>
            "shares its root port with other disks (packed layout), which would all go with it",
        _ => null,
    };

    private static string? Irreplaceable(DriveSpec drive) => drive switch
    {
        { OverlayDirectory: not null } => "its writes go to a throw-away overlay over it",
        { Format: not ImageFormat.Raw } => "it is a qcow2 image, and only raw ones can be swapped in place",
        _ => null,
    };

    /// <summary>The port of ours that a device has to itself, or null.</summary>
    private string? OwnPort(string id)
    {
        var place = _plan.Topology.FindDevice(id);
        return place is not null
            && _plan.Topology.FindPort(place.Bus) is { } port
            && _plan.Topology.Devices.Count(device => device.Bus == place.Bus) == 1
            ? port.Id
            : null;
    }

    /// <summary>A boot-time set has the number of its descriptor.</summary>
    private IEnumerable<long> Sets(DriveSpec drive) => _plan.Descriptors
        .Where(slot => slot.Slot == drive.Id || slot.Slot.StartsWith($"{drive.Id}-", StringComparison.Ordinal))
        .Select(slot => (long)slot.Number);

    /// <summary>Null for a file that has been moved or removed since QEMU has it: nobody finds it by its path any more.</summary>
    private static FileIdentity? Identity(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            return FileFacts.Of(file).Identity;
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
