namespace Vmspawn.Pcie.Planning;

/// <summary>Assembles the topology from the decided addresses.</summary>
internal sealed class TopologyAssembly
{
    private readonly PcieRequest _request;
    private readonly UserBuses _buses;
    private readonly Placement _seating;
    private readonly Dictionary<string, FunctionMap> _maps;
    private readonly BusNumbering _numbers;

    private TopologyAssembly(
        PcieRequest request, UserBuses buses, Placement seating, Dictionary<string, FunctionMap> maps)
    {
        _request = request;
        _buses = buses;
        _seating = seating;
        _maps = maps;
        _numbers = new BusNumbering(seating.Ports, seating.Root, buses);
    }

    public static PcieTopology Of(
        PcieRequest request, UserBuses buses, Placement seating, Dictionary<string, FunctionMap> maps)
    {
        var assembly = new TopologyAssembly(request, buses, seating, maps);
        var devices = new List<PlacedDevice>();
        assembly.AddIntegrated(devices);
        assembly.AddBoot(devices);
        assembly.AddUser(devices);
        return new PcieTopology(
            request.Machine,
            seating.Packed ? PcieLayout.Packed : PcieLayout.Ports,
            assembly.Ports(),
            devices,
            assembly.Elsewhere(),
            assembly.Budget(),
            LayoutNote.Of(request, seating, buses));
    }

    private RootPort[] Ports()
    {
        var ports = new RootPort[_seating.Ports.Count];
        var slots = SlotNumbers.For(ports.Length, _request.User);
        for (var i = 0; i < ports.Length; i++)
        {
            var (port, at) = (_seating.Ports[i], _seating.Root.Ports[i]);
            ports[i] = new RootPort(
                port.Id, at, slots[i], slots[i], at.DevFn, at.Function == 0, port.Spare, OwnerOf(port), _numbers[port.Id]);
        }

        return ports;
    }

    private string? OwnerOf(PlannedPort port)
    {
        var user = _buses.On(port.Id);
        var count = port.Devices.Count + user.Count;
        if (count == 0)
            return null;
        var first = port.Devices.Count > 0 ? port.Devices[0].Owner : UserOwner(_buses.User[user[0]]);
        return count == 1 ? first : $"{first} and {count - 1} more";
    }

    private void AddIntegrated(List<PlacedDevice> devices)
    {
        var next = 0;
        foreach (var demand in _request.Devices)
        {
            if (demand.Kind == DemandKind.Integrated)
                devices.Add(Ours(demand, PcieTopology.RootBus, _seating.Root.Integrated[next++]!.Value));
        }
    }

    private void AddBoot(List<PlacedDevice> devices)
    {
        foreach (var port in _seating.Ports)
        {
            for (var function = 0; function < port.Devices.Count; function++)
            {
                var place = Ours(port.Devices[function], port.Id, new RootAddress(0, function));
                devices.Add(place with { Multifunction = function == 0 && port.Devices.Count > 1 });
            }
        }
    }

    private PlacedDevice Ours(DeviceDemand demand, string bus, RootAddress at) => new(
        demand.Kind, demand.Id, demand.Driver, bus, at.Device, at.Function, NeedsBit(bus, at), GuestAt(bus, at),
        demand.Owner);

    private void AddUser(List<PlacedDevice> devices)
    {
        for (var i = 0; i < _request.User.Count; i++)
        {
            var device = _request.User[i];
            if (!_buses.IsPlaced(device))
                continue;
            var bus = UserBuses.BusOf(device);
            var at = (device.Address ?? _seating.Root.User[i])!.Value;
            var bit = NeedsBit(bus, at);
            devices.Add(new PlacedDevice(
                DemandKind.User, device.Id, device.Driver, bus, at.Device, at.Function, bit, GuestAt(bus, at),
                UserOwner(device))
            {
                UserIndex = device.Index,
                AddAddress = device.Address is null,
                AddBus = device.Bus is null,
                AddMultifunction = bit && device.Multifunction != true,
            });
        }
    }

    private bool NeedsBit(string bus, RootAddress at) =>
        at.Function == 0 && _maps.TryGetValue(bus, out var map) && map.HasSiblings(at.Device);

    private PciAddress? GuestAt(string bus, RootAddress at) =>
        _numbers[bus] is { } number ? new PciAddress(number, at.Device, at.Function) : null;

    private List<UserDevice> Elsewhere()
    {
        var elsewhere = new List<UserDevice>();
        foreach (var device in _request.User)
        {
            if (!_buses.IsPlaced(device))
                elsewhere.Add(device);
        }

        return elsewhere;
    }

    private PcieBudget Budget()
    {
        var ours = 0u;
        for (var device = 0; device < PcieLimits.DeviceNumbers; device++)
            ours |= _request.Machine.Reserves(device) ? 0 : 1u << device;
        var numbers = _request.Machine.FreeDeviceNumbers;
        var map = _seating.Root.Map;
        var takenSpares = 0;
        foreach (var port in _seating.Ports)
            takenSpares += port.Spare && OwnerOf(port) is not null ? 1 : 0;
        return new PcieBudget(
            new BudgetLine("device numbers", map.UsedDevices(ours), numbers),
            new BudgetLine("functions on pcie.0", map.UsedFunctions(ours), numbers * PcieLimits.Functions),
            new BudgetLine("root ports", _seating.Ports.Count, PcieLimits.RootPorts),
            new BudgetLine("spare ports", takenSpares, _request.Spares),
            new BudgetLine("buses", _numbers.Last + 1, PcieLimits.Buses));
    }

    private static string UserOwner(UserDevice device) => $"extra argument {device.Index}";
}
