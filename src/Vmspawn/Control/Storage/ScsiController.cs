namespace Vmspawn.Control.Storage;

/// <summary>A virtio-scsi controller with the disks on it.</summary>
internal sealed class ScsiController : IPlugged
{
    /// <summary>Targets of a virtio-scsi controller; past them LUNs are counted up.</summary>
    private const int Targets = 256;

    private readonly HashSet<(int Target, int Lun)> _taken = [];

    public required string DeviceId { get; init; }

    public string What => Called(DeviceId);

    /// <summary>Null when it shares its port, and therefore stays.</summary>
    public required string? PortId { get; init; }

    public PlugState State { get; set; } = PlugState.Attached;

    public RemovalAttempt? Removal { get; set; }

    public bool IsEmpty => _taken.Count == 0;

    /// <summary>The lowest place that is free.</summary>
    public ScsiSeat Sit()
    {
        var index = 0;
        while (!_taken.Add((index % Targets, index / Targets)))
            index++;
        return new ScsiSeat(this, index % Targets, index / Targets);
    }

    public static string Called(string id) => $"SCSI controller {id}";

    public void Leave(ScsiSeat seat) => _taken.Remove((seat.Target, seat.Lun));
}

/// <summary>Where a disk is on a controller.</summary>
/// <param name="Controller">Which controller.</param>
/// <param name="Target">QEMU's <c>scsi-id</c>, 0…255.</param>
/// <param name="Lun">QEMU's <c>lun</c>.</param>
internal sealed record ScsiSeat(ScsiController Controller, int Target, int Lun);
