namespace Vmspawn.Pcie.Planning;

/// <summary>The first placement on the root bus in which everything fits.</summary>
internal sealed record Placement(bool Packed, List<PlannedPort> Ports, RootBusPlacements Root)
{
    /// <summary>Tries layouts and densities from the loosest to the tightest.</summary>
    /// <returns>Null when nothing fits.</returns>
    public static Placement? Find(PcieRequest request, UserBuses buses, FunctionMap root, RootAddress?[] behind)
    {
        bool[] layouts = request.Layout switch
        {
            PcieLayout.Auto => [false, true],
            PcieLayout.Ports => [false],
            PcieLayout.Packed => [true],
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Layout, "No such layout."),
        };
        // Bridges below vmspawn's ports make bus numbers unstable, so packing drives is tried first.
        return Find(request, buses, root, behind, layouts, Density.OneEach, Density.EveryHole)
            ?? Find(request, buses, root, behind, layouts, Density.BridgesAnywhere, Density.BridgesAnywhere);
    }

    private static Placement? Find(
        PcieRequest request, UserBuses buses, FunctionMap root, RootAddress?[] behind, bool[] layouts, Density first,
        Density last)
    {
        foreach (var packed in layouts)
        {
            var ports = PortList.Of(request, packed, buses.Known);
            for (var density = first; density <= last; density++)
            {
                var seats = RootBusPlacements.Try(root, ports.Count, IntegratedCount(request), buses, behind, density);
                if (seats is not null && new BusNumbering(ports, seats, buses).Last < PcieLimits.Buses)
                    return new Placement(packed, ports, seats);
            }
        }

        return null;
    }

    public static int IntegratedCount(PcieRequest request)
    {
        var count = 0;
        foreach (var demand in request.Devices)
            count += demand.Kind == DemandKind.Integrated ? 1 : 0;
        return count;
    }
}
