namespace Vmspawn.Pcie.Planning;

/// <summary>A root port before it has an address.</summary>
internal sealed record PlannedPort(string Id, bool Spare)
{
    public List<DeviceDemand> Devices { get; } = [];
}

/// <summary>The root ports that a request needs, in order, and the devices behind them.</summary>
internal static class PortList
{
    /// <param name="request">The request.</param>
    /// <param name="packed">Whether drives and shares are packed eight per port.</param>
    /// <param name="occupied">Bus names in the user's devices.</param>
    public static List<PlannedPort> Of(PcieRequest request, bool packed, IReadOnlySet<string> occupied)
    {
        var ports = new List<PlannedPort>();
        for (var bootClass = BootClass.Nic; bootClass < BootClass.Controller; bootClass++)
            AddClass(ports, request, bootClass, packed && bootClass >= BootClass.Drive);
        var boot = ports.Count;
        for (var i = 0; i < request.Spares; i++)
            ports.Add(new PlannedPort($"{PcieTopology.SparePortPrefix}{i}", Spare: true));
        PlaceControllers(ports, request, boot, occupied);
        return ports;
    }

    // Classes do not share ports, so that function numbers of a class do not depend on other classes.
    private static void AddClass(List<PlannedPort> ports, PcieRequest request, BootClass bootClass, bool share)
    {
        PlannedPort? port = null;
        foreach (var demand in request.Devices)
        {
            if (demand.Class != bootClass)
                continue;
            if (port is null || !share || port.Devices.Count == PcieLimits.Functions)
                ports.Add(port = new PlannedPort($"{PcieTopology.BootPortPrefix}{ports.Count}", Spare: false));
            port.Devices.Add(demand);
        }
    }

    private static void PlaceControllers(
        List<PlannedPort> ports, PcieRequest request, int boot, IReadOnlySet<string> occupied)
    {
        var spare = boot;
        var end = boot + request.Spares;
        foreach (var demand in request.Devices)
        {
            if (demand.Class != BootClass.Controller)
                continue;
            while (spare < end && occupied.Contains(ports[spare].Id))
                spare++;
            if (spare >= end)
                ports.Add(new PlannedPort($"{PcieTopology.BootPortPrefix}{ports.Count - request.Spares}", Spare: false));
            ports[spare < end ? spare++ : ports.Count - 1].Devices.Add(demand);
        }
    }
}
