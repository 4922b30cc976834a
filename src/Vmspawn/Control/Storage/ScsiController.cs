using Vmspawn.Control.Ports;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Control.Storage;

/// <summary>A virtio-scsi controller with the disks on it.</summary>
internal sealed class ScsiController(string id) : IHotplugDevice
{
    private readonly HashSet<int> _taken = [];

    public string DeviceId => id;

    public string Description => DescribeAs(id);

    /// <summary>Null when it shares its port, and therefore cannot be removed.</summary>
    public PortLease? Port { get; set; }

    public HotplugState State { get; set; } = HotplugState.Attached;

    public RemovalAttempt? Removal { get; set; }

    public bool IsEmpty => _taken.Count == 0;

    public static string DescribeAs(string id) => $"SCSI controller {id}";

    /// <summary>Reserves the lowest free address.</summary>
    public ScsiPlacement Allocate()
    {
        var index = 0;
        while (!_taken.Add(index))
            index++;
        return new ScsiPlacement(this, index);
    }

    /// <summary>Releases an address.</summary>
    public void Release(ScsiPlacement placement) => _taken.Remove(placement.Index);
}

/// <summary>A disk's place on a controller.</summary>
/// <param name="Controller">The controller.</param>
/// <param name="Index">The index of the address on it.</param>
internal sealed record ScsiPlacement(ScsiController Controller, int Index)
{
    public ScsiAddress Address => ScsiAddress.At(Index);
}
