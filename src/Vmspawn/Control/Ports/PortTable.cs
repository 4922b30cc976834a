using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>
/// Assigns root ports to devices. It is the only authority: asking QEMU would race with devices that are still being
/// added. A port is free again when QEMU reports the removal of its device, not when the removal was requested.
/// </summary>
/// <remarks>
/// Pure, and not safe for two threads at once. Each step is made by the holder of a lease. Events about a device can come
/// late or twice, so a step by a lease that has ended, or that does not fit the port's state, changes nothing.
/// </remarks>
internal sealed class PortTable
{
    private readonly TimeProvider _clock;
    private readonly PortRow[] _rows;
    private readonly PortLease?[] _leases;
    private readonly long[] _freed;
    private long _releases;

    /// <param name="topology">The ports and the devices that they were planned for.</param>
    /// <param name="clock">The clock for the times of the states.</param>
    /// <param name="names">By port, the name that clients use for the device there; the plan's name where there is none.</param>
    public PortTable(PcieTopology topology, TimeProvider clock, IReadOnlyDictionary<string, string>? names = null)
    {
        _clock = clock;
        var now = clock.GetUtcNow();
        _rows = new PortRow[topology.Ports.Count];
        _leases = new PortLease?[_rows.Length];
        _freed = new long[_rows.Length];
        for (var i = 0; i < _rows.Length; i++)
        {
            var port = topology.Ports[i];
            var owner = names?.GetValueOrDefault(port.Id) ?? port.Owner;
            _rows[i] = new PortRow(port, owner is null ? PortState.Free : PortState.Taken, owner, now);
            _leases[i] = owner is null ? null : new PortLease(port.Id);
        }
    }

    /// <summary>Every port, in the order of their addresses.</summary>
    public IReadOnlyList<PortRow> Rows => [.. _rows];

    /// <summary>Whether waiting may yield a port.</summary>
    public bool IsAnyDetaching => Array.Exists(_rows, row => row.State is PortState.Detaching);

    /// <summary>The lease of the device that has sat in a port since boot, or null.</summary>
    public PortLease? FindLease(string portId) => Array.Find(_leases, lease => lease?.PortId == portId);

    /// <summary>
    /// Reserves a port: a spare one, or else one whose boot device has been removed. It is the one that has been free
    /// longest, because the guest may still be processing the removal from a port that has just become free.
    /// </summary>
    /// <param name="owner">The use of the device, which errors of other clients show.</param>
    /// <returns>Null when none is free: <see cref="Shortage"/> has the reason.</returns>
    public PortLease? Reserve(string owner)
    {
        var best = -1;
        for (var i = 0; i < _rows.Length; i++)
        {
            if (_rows[i].State is PortState.Free && (best < 0 || IsBetter(i, best)))
                best = i;
        }

        if (best < 0)
            return null;
        Set(best, PortState.Reserved, owner);
        return _leases[best] = new PortLease(_rows[best].Port.Id);
    }

    /// <summary>The device is in its reserved port.</summary>
    public bool Take(PortLease lease) => Move(lease, PortState.Taken, PortState.Reserved);

    /// <summary>Another device is in a reserved port.</summary>
    /// <param name="lease">The reservation, which ends.</param>
    /// <param name="owner">The other device.</param>
    /// <returns>The other device's lease; null when the reservation had ended before.</returns>
    public PortLease? Pass(PortLease lease, string owner)
    {
        var at = Array.IndexOf(_leases, lease);
        if (at < 0 || _rows[at].State is not PortState.Reserved)
            return null;
        Set(at, PortState.Taken, owner);
        return _leases[at] = new PortLease(lease.PortId);
    }

    /// <summary>The guest is requested to release the device.</summary>
    public bool BeginDetach(PortLease lease) => Move(lease, PortState.Detaching, PortState.Taken);

    /// <summary>The guest refused or did not answer: the device stays, and its release may be requested again.</summary>
    public bool Refused(PortLease lease) => Move(lease, PortState.Taken, PortState.Detaching);

    /// <summary>The device was removed or never created: the port is free.</summary>
    public bool Release(PortLease lease)
    {
        var at = Array.IndexOf(_leases, lease);
        if (at < 0)
            return false;
        Set(at, PortState.Free, owner: null);
        _leases[at] = null;
        _freed[at] = ++_releases;
        return true;
    }

    /// <summary>Why no port is free: their number and their uses.</summary>
    public string Shortage()
    {
        var ports = Array.FindAll(_rows, row => row.Port.Spare);
        if (ports.Length == 0)
            return "this VM has no hotplug ports (--hotplug-ports= at its start makes some)";
        var now = _clock.GetUtcNow();
        var taken = Array.FindAll(ports, row => row.State is not PortState.Free);
        var owners = string.Join(", ", Array.ConvertAll(taken, row => Describe(row, now)));
        return $"{taken.Length} of {ports.Length} hotplug ports are taken: {owners}";
    }

    private bool IsBetter(int one, int other) => _rows[one].Port.Spare != _rows[other].Port.Spare
        ? _rows[one].Port.Spare
        : _freed[one] < _freed[other];

    private static string Describe(PortRow row, DateTimeOffset now) => row.State switch
    {
        PortState.Reserved => $"{row.Owner} (being attached)",
        PortState.Detaching => $"{row.Owner} (being detached for {(now - row.Since).TotalSeconds:0} s)",
        _ => row.Owner!,
    };

    private bool Move(PortLease lease, PortState to, PortState from)
    {
        var at = Array.IndexOf(_leases, lease);
        if (at < 0 || _rows[at].State != from)
            return false;
        Set(at, to, _rows[at].Owner);
        return true;
    }

    private void Set(int at, PortState state, string? owner) =>
        _rows[at] = _rows[at] with { State = state, Owner = owner, Since = _clock.GetUtcNow() };
}
