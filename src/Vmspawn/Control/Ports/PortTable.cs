using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>
/// Who has which root port. It is the only authority: asking QEMU would race with devices that are still being added.
/// A port returns to it when QEMU says that its device is gone, not when that was asked for.
/// </summary>
/// <remarks>Pure, and not safe for two threads at once. A transition that makes no sense is a bug and throws.</remarks>
internal sealed class PortTable
{
    private readonly TimeProvider _clock;
    private readonly PortRow[] _rows;

    /// <param name="topology">The ports, and for whom they were planned.</param>
    /// <param name="clock">For how long a guest has been asked.</param>
    /// <param name="names">By port, what sits there by the name that clients call it; else the plan's word stands.</param>
    public PortTable(PcieTopology topology, TimeProvider clock, IReadOnlyDictionary<string, string>? names = null)
    {
        _clock = clock;
        var now = clock.GetUtcNow();
        _rows = new PortRow[topology.Ports.Count];
        for (var i = 0; i < _rows.Length; i++)
        {
            var port = topology.Ports[i];
            var owner = names?.GetValueOrDefault(port.Id) ?? port.Owner;
            _rows[i] = new PortRow(port, owner is null ? PortState.Free : PortState.Taken, owner, now);
        }
    }

    /// <summary>Every port, in the order of their addresses.</summary>
    public IReadOnlyList<PortRow> Rows => [.. _rows];

    /// <summary>Whether waiting may yield a port.</summary>
    public bool IsAnyDetaching => Array.Exists(_rows, row => row.State is PortState.Detaching);

    /// <summary>Sets a port aside: a spare one, or else one whose boot device has been removed.</summary>
    /// <param name="owner">For whom, in words that an error of somebody else can show.</param>
    /// <returns>Null when none is free: <see cref="Shortage"/> says why.</returns>
    public RootPort? Reserve(string owner)
    {
        var at = Array.FindIndex(_rows, row => row.State is PortState.Free && row.Port.Spare);
        if (at < 0)
            at = Array.FindIndex(_rows, row => row.State is PortState.Free);
        if (at < 0)
            return null;
        Set(at, PortState.Reserved, owner);
        return _rows[at].Port;
    }

    /// <summary>The device sits in its reserved port.</summary>
    public void Take(string id) => Move(id, PortState.Taken, PortState.Reserved);

    /// <summary>The device that a port was reserved for did not come about.</summary>
    public void GiveUp(string id) => Move(id, PortState.Free, PortState.Reserved);

    /// <summary>Something else than what it was reserved for sits in it.</summary>
    public void Found(string id, string owner)
    {
        Take(id);
        Set(Array.FindIndex(_rows, row => row.Port.Id == id), PortState.Taken, owner);
    }

    /// <summary>The guest is asked to let go.</summary>
    public void BeginDetach(string id) => Move(id, PortState.Detaching, PortState.Taken);

    /// <summary>The guest refused or did not answer: the device stays, and may be asked for again.</summary>
    public void Refused(string id) => Move(id, PortState.Taken, PortState.Detaching);

    /// <summary>The device is gone, whether or not anybody still waited for it.</summary>
    public void Deleted(string id) => Move(id, PortState.Free, PortState.Detaching, PortState.Taken);

    /// <summary>Why no port is free: how many there are, and who has them.</summary>
    public string Shortage()
    {
        var ports = Array.FindAll(_rows, row => row.Port.Spare);
        if (ports.Length == 0)
            return "this VM has no hotplug ports; start it with some";
        var now = _clock.GetUtcNow();
        var taken = Array.FindAll(ports, row => row.State is not PortState.Free);
        var owners = string.Join(", ", Array.ConvertAll(taken, row => Describe(row, now)));
        return $"{taken.Length} of {ports.Length} hotplug ports are taken: {owners}";
    }

    private static string Describe(PortRow row, DateTimeOffset now) => row.State switch
    {
        PortState.Reserved => $"{row.Owner} (being attached)",
        PortState.Detaching => $"{row.Owner} (asked to leave {(now - row.Since).TotalSeconds:0} s ago)",
        _ => row.Owner!,
    };

    private void Move(string id, PortState to, params ReadOnlySpan<PortState> from)
    {
        var at = Array.FindIndex(_rows, row => row.Port.Id == id);
        if (at < 0)
            throw new ArgumentException($"There is no port {id}.", nameof(id));
        if (!from.Contains(_rows[at].State))
            throw new InvalidOperationException($"Port {id} is {_rows[at].State} and cannot become {to}.");
        Set(at, to, to is PortState.Free ? null : _rows[at].Owner);
    }

    private void Set(int at, PortState state, string? owner) =>
        _rows[at] = _rows[at] with { State = state, Owner = owner, Since = _clock.GetUtcNow() };
}
