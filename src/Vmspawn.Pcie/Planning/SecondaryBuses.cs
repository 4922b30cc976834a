namespace Vmspawn.Pcie.Planning;

/// <summary>Places the user's devices behind ports and bridges, independently of the ports' addresses.</summary>
internal sealed class SecondaryBuses
{
    private readonly UserBuses _buses;
    private readonly List<PcieProblem> _problems;

    /// <summary>Assigns an address to each device, or reports why it has none.</summary>
    public SecondaryBuses(UserBuses buses, List<PcieProblem> problems)
    {
        _buses = buses;
        _problems = problems;
        Addresses = new RootAddress?[buses.User.Count];
        foreach (var (bus, positions) in buses.Groups)
        {
            if (bus != PcieTopology.RootBus && buses.Known.Contains(bus))
                Maps.Add(bus, Place(bus, positions));
        }
    }

    /// <summary>The occupied functions, by bus.</summary>
    public Dictionary<string, FunctionMap> Maps { get; } = [];

    /// <summary>By position in the user's list; null for devices that are fixed or on another bus.</summary>
    public RootAddress?[] Addresses { get; }

    private FunctionMap Place(string bus, List<int> positions)
    {
        var map = new FunctionMap(OpenDevices(bus));
        FixedClaims.Take(map, positions, _buses.User, bus, _problems);
        int[] loose = [.. positions.Where(position => _buses.User[position].Address is null)];
        var roomy = map.Copy();
        if (Filling.OneEach(roomy, loose, Addresses))
            return roomy;
        var free = map.FreeFunctions;
        if (!Filling.EveryHole(map, loose, Addresses))
        {
            _problems.Add(new PcieProblem(
                FullReport.Code, bus, $"{loose.Length} functions are needed behind {bus} and {free} are free there",
                "Put some of the devices on another bus."));
        }

        return map;
    }

    // A bridge to conventional PCI reserves device number 0 for its hotplug controller.
    private uint OpenDevices(string bus) => _buses.OwnerOf(bus)?.Kind switch
    {
        UserDeviceKind.Bridge => ~1u,
        UserDeviceKind.UpstreamPort => ~0u,
        _ => 1u,
    };
}
