namespace Vmspawn.Pcie.Drawing;

/// <summary>The lines of the tree: device and address, the guest's address, the use.</summary>
internal sealed class TreeRows
{
    private readonly PcieTopology _topology;
    private readonly Dictionary<string, List<PlacedDevice>> _behind = [];
    private readonly List<string[]> _rows = [];

    private TreeRows(PcieTopology topology)
    {
        _topology = topology;
        foreach (var device in topology.Devices)
        {
            if (!_behind.TryGetValue(device.Bus, out var onBus))
                _behind.Add(device.Bus, onBus = []);
            onBus.Add(device);
        }

        foreach (var onBus in _behind.Values)
            onBus.Sort((a, b) => a.Address.DevFn.CompareTo(b.Address.DevFn));
    }

    public static List<string[]> Of(PcieTopology topology)
    {
        var tree = new TreeRows(topology);
        var layout = topology.Layout == PcieLayout.Packed ? "packed, eight drives a port" : "one port a device";
        tree._rows.Add([$"{PcieTopology.RootBus} of {topology.Machine.Name}, {layout}"]);
        tree.AddAll(tree.RootFunctions(), "");
        return tree._rows;
    }

    private sealed record Node(int Device, string Name, string What, string Guest, string Owner, List<Node> Children);

    private List<Node> RootFunctions()
    {
        var nodes = new List<(int DevFn, Node Node)>();
        foreach (var function in _topology.Reserved)
        {
            var at = function.Address;
            nodes.Add((at.DevFn, new Node(
                at.Device, $"{at}", function.Name, $"{new PciAddress(0, at.Device, at.Function)}", "machine", [])));
        }

        for (var i = 0; i < _topology.Ports.Count;)
        {
            var length = SpareRun(i);
            nodes.Add((_topology.Ports[i].Address.DevFn, length > 1 ? Spares(i, length) : Port(_topology.Ports[i])));
            i += length;
        }

        foreach (var device in On(PcieTopology.RootBus))
            nodes.Add((device.Address.DevFn, Device(device)));
        nodes.Sort((a, b) => a.DevFn.CompareTo(b.DevFn));
        return Grouped(nodes);
    }

    // A device number with several functions gets a separate line above them.
    private static List<Node> Grouped(List<(int DevFn, Node Node)> functions)
    {
        var devices = new List<Node>();
        for (var i = 0; i < functions.Count;)
        {
            var end = i + 1;
            while (end < functions.Count && functions[end].Node.Device == functions[i].Node.Device)
                end++;
            var first = functions[i].Node;
            if (end - i == 1)
                devices.Add(first);
            else
            {
                var children = functions.GetRange(i, end - i).ConvertAll(function => function.Node);
                devices.Add(new Node(first.Device, $"{first.Device:x2}", "", "", "", children));
            }

            i = end;
        }

        return devices;
    }

    private int SpareRun(int from)
    {
        var ports = _topology.Ports;
        var end = from;
        while (end < ports.Count && ports[end] is { Spare: true, Owner: null }
            && ports[end].Address.Device == ports[from].Address.Device)
            end++;
        return Math.Max(1, end - from);
    }

    private Node Spares(int from, int length)
    {
        var (first, last) = (_topology.Ports[from], _topology.Ports[from + length - 1]);
        var number = last.Id[PcieTopology.SparePortPrefix.Length..];
        return new Node(
            first.Address.Device, $"{first.Address} … {last.Address}", $"{first.Id} … {number}",
            first.Bus is null ? "" : $"{Bus(first)} … {last.Bus:x2}", $"{length} spare ports", []);
    }

    private Node Port(RootPort port) => new(
        port.Address.Device, $"{port.Address}", port.Id, Bus(port),
        port is { Spare: true, Owner: null } ? "spare port" : port.Spare ? "spare port, taken" : "", Behind(port.Id));

    private Node Device(PlacedDevice device)
    {
        var name = device.Id is null ? device.Driver : $"{device.Id} ({device.Driver})";
        return new Node(
            device.Device, $"{device.Address}", name, $"{device.Guest}", device.Owner,
            device.Id is null || device.Id == device.Bus ? [] : Behind(device.Id));
    }

    private List<Node> Behind(string bus) => bus == PcieTopology.RootBus ? [] : On(bus).ConvertAll(Device);

    private List<PlacedDevice> On(string bus) => _behind.TryGetValue(bus, out var devices) ? devices : [];

    private static string Bus(RootPort port) => port.Bus is { } bus ? $"bus {bus:x2}" : "";

    private void AddAll(List<Node> nodes, string indent)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            var last = i == nodes.Count - 1;
            var branch = last ? "└─ " : "├─ ";
            _rows.Add([$"{indent}{branch}{node.Name}", node.What, node.Guest, node.Owner]);
            AddAll(node.Children, indent + (last ? "   " : "│  "));
        }
    }
}
