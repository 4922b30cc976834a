namespace Vmspawn.Pcie.Planning;

/// <summary>
/// Computes the bus numbers that firmware assigns: depth first, bridges of a bus in the order of their addresses
/// (SeaBIOS <c>pci_bios_init_bus_rec</c>, EDK2 <c>PciScanBus</c>).
/// </summary>
internal sealed class BusNumbering
{
    private readonly Dictionary<string, List<Bridge>> _bridges = [];
    private readonly Dictionary<string, int> _numbers = new() { [PcieTopology.RootBus] = 0 };
    private bool _lost;

    private readonly record struct Bridge(RootAddress At, string? Bus, int Reserve);

    public BusNumbering(IReadOnlyList<PlannedPort> ports, RootBusPlacements seats, UserBuses buses)
    {
        for (var i = 0; i < ports.Count; i++)
            Add(PcieTopology.RootBus, new Bridge(seats.Ports[i], ports[i].Id, 0));
        for (var i = 0; i < buses.User.Count; i++)
        {
            var device = buses.User[i];
            if (device.IsBridge && buses.IsPlaced(device) && (device.Address ?? seats.User[i]) is { } at)
                Add(UserBuses.BusOf(device), new Bridge(at, device.Id, device.BusReserve));
        }

        Visit(PcieTopology.RootBus);
        if (_lost || !buses.Predictable)
            _numbers = new() { [PcieTopology.RootBus] = 0 };
    }

    /// <summary>The highest bus number in use, which can exceed PCI's limit.</summary>
    public int Last { get; private set; }

    /// <summary>The number of a bus, or null when unknown.</summary>
    public int? this[string bus] => _numbers.TryGetValue(bus, out var number) ? number : null;

    private void Add(string bus, Bridge bridge)
    {
        if (!_bridges.TryGetValue(bus, out var bridges))
            _bridges.Add(bus, bridges = []);
        bridges.Add(bridge);
    }

    private void Visit(string bus)
    {
        if (!_bridges.Remove(bus, out var bridges))
            return;
        bridges.Sort((a, b) => a.At.DevFn.CompareTo(b.At.DevFn));
        foreach (var bridge in bridges)
        {
            var number = ++Last;
            if (bridge.Bus is { } name)
            {
                _numbers.TryAdd(name, number);
                Visit(name);
            }

            // SeaBIOS assigns numbers twice when more buses are behind a port than are reserved.
            _lost |= bridge.Reserve > 0 && Last > number + bridge.Reserve;
            Last = Math.Max(Last, number + bridge.Reserve);
        }
    }
}
