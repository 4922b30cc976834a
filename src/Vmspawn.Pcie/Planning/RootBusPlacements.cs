namespace Vmspawn.Pcie.Planning;

/// <summary>How tightly devices are placed on the root bus; each level is tried only when the previous one fails.</summary>
internal enum Density
{
    /// <summary>A device number for each integrated device and each of the user's.</summary>
    OneEach,

    /// <summary>The user's devices, eight per device number.</summary>
    UserPacked,

    /// <summary>Every free function, also between ports and beside fixed addresses.</summary>
    EveryHole,

    /// <summary>The user's bridges as well, although below vmspawn's ports they shift vmspawn's bus numbers.</summary>
    BridgesAnywhere,
}

/// <summary>One attempt to place everything on <c>pcie.0</c>.</summary>
internal sealed class RootBusPlacements
{
    private RootBusPlacements(FunctionMap map, int ports, int integrated, RootAddress?[] user)
    {
        Map = map;
        Ports = new RootAddress[ports];
        Integrated = new RootAddress?[integrated];
        User = user;
    }

    public FunctionMap Map { get; }

    public RootAddress[] Ports { get; }

    public RootAddress?[] Integrated { get; }

    /// <summary>By position in the user's list, including devices on other buses; null for fixed ones.</summary>
    public RootAddress?[] User { get; }

    /// <summary>Places all devices, or returns null when they do not fit at this density.</summary>
    /// <param name="root">The root bus with the fixed addresses.</param>
    /// <param name="ports">The number of vmspawn's root ports.</param>
    /// <param name="integrated">The number of integrated devices.</param>
    /// <param name="buses">The user's devices by bus.</param>
    /// <param name="behind">Addresses on other buses by position.</param>
    /// <param name="density">The density.</param>
    public static RootBusPlacements? Try(
        FunctionMap root, int ports, int integrated, UserBuses buses, RootAddress?[] behind, Density density)
    {
        var seats = new RootBusPlacements(root.Copy(), ports, integrated, [.. behind]);
        Span<int> all = new int[integrated];
        for (var i = 0; i < integrated; i++)
            all[i] = i;
        var (bridges, endpoints) = Loose(buses, density == Density.BridgesAnywhere);
        if (!seats.PlaceRun(bridges, density, PortRun.IsPinned(buses)))
            return null;
        var fits = density switch
        {
            Density.OneEach => Filling.OneEach(seats.Map, all, seats.Integrated)
                && Filling.OneEach(seats.Map, endpoints, seats.User),
            Density.UserPacked => Filling.OneEach(seats.Map, all, seats.Integrated)
                && Filling.Packed(seats.Map, endpoints, seats.User),
            _ => Filling.EveryHole(seats.Map, all, seats.Integrated)
                && Filling.EveryHole(seats.Map, endpoints, seats.User),
        };
        return fits ? seats : null;
    }

    // The user's bridges follow vmspawn's ports: a bridge at a lower address would take the first bus numbers.
    private bool PlaceRun(ReadOnlySpan<int> bridges, Density density, bool pinned)
    {
        var perNumber = density == Density.OneEach ? 1 : PcieLimits.Functions;
        var portNumbers = Numbers(Ports.Length, PcieLimits.Functions);
        var run = PortRun.Find(Map, portNumbers + Numbers(bridges.Length, perNumber), pinned);
        if (run is null)
            return false;
        for (var i = 0; i < Ports.Length; i++)
            Map.Take(Ports[i] = new RootAddress(run[i / PcieLimits.Functions], i % PcieLimits.Functions));
        for (var i = 0; i < bridges.Length; i++)
        {
            var at = new RootAddress(run[portNumbers + (i / perNumber)], i % perNumber);
            Map.Take(at);
            User[bridges[i]] = at;
        }

        return true;
    }

    private static (int[] Bridges, int[] Endpoints) Loose(UserBuses buses, bool asEndpoints)
    {
        var bridges = new List<int>();
        var endpoints = new List<int>();
        foreach (var position in buses.On(PcieTopology.RootBus))
        {
            if (buses.User[position].Address is null)
                (buses.User[position].IsBridge && !asEndpoints ? bridges : endpoints).Add(position);
        }

        return ([.. bridges], [.. endpoints]);
    }

    private static int Numbers(int count, int each) => (count + each - 1) / each;
}
