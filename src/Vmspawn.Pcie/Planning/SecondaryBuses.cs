namespace Vmspawn.Pcie.Planning;

/// <summary>Places the user's devices that sit behind ports and bridges.</summary>
internal static class SecondaryBuses
{
    /// <summary>Gives each an address, or reports why it has none.</summary>
    /// <param name="buses">The user's devices by bus.</param>
    /// <param name="ports">Ports of ours.</param>
    /// <param name="addresses">Addresses by position, where those of loose devices are put.</param>
    /// <param name="problems">Where problems are added.</param>
    /// <returns>What is taken, by bus.</returns>
    public static Dictionary<string, FunctionMap> Place(
        UserBuses buses, IReadOnlyList<PlannedPort> ports, RootAddress?[] addresses, List<PcieProblem> problems)
    {
        var maps = new Dictionary<string, FunctionMap>();
        foreach (var (bus, positions) in buses.Groups)
        {
            if (bus == PcieTopology.RootBus || !buses.Known.Contains(bus))
                continue;
            if (UserBuses.IsOurs(bus) && !IsSpare(bus, ports, buses.User, positions, problems))
                continue;
            var map = new FunctionMap(OpenDevices(buses, bus));
            FixedClaims.Take(map, positions, buses.User, bus, problems);
            maps.Add(bus, PlaceLoose(map, bus, positions, buses.User, addresses, problems));
        }

        return maps;
    }

    // A bridge to conventional PCI keeps device number 0 for its hotplug controller.
    private static uint OpenDevices(UserBuses buses, string bus) => buses.OwnerOf(bus)?.Kind switch
    {
        UserDeviceKind.Bridge => ~1u,
        UserDeviceKind.UpstreamPort => ~0u,
        _ => 1u,
    };

    private static FunctionMap PlaceLoose(
        FunctionMap map, string bus, List<int> positions, IReadOnlyList<UserDevice> user, RootAddress?[] addresses,
        List<PcieProblem> problems)
    {
        var loose = new List<int>();
        foreach (var position in positions)
        {
            if (user[position].Address is null)
                loose.Add(position);
        }

        int[] devices = [.. loose];
        var sparse = map.Copy();
        if (Filling.OneEach(sparse, devices, addresses))
            return sparse;
        var free = map.FreeFunctions;
        if (!Filling.EveryHole(map, devices, addresses))
        {
            problems.Add(new PcieProblem(
                "pcie-full",
                bus,
                $"{devices.Length} functions are needed behind {bus} and {free} are free there",
                "Put some of the devices on another bus."));
        }

        return map;
    }

    private static bool IsSpare(
        string bus, IReadOnlyList<PlannedPort> ports, IReadOnlyList<UserDevice> user, List<int> positions,
        List<PcieProblem> problems)
    {
        PlannedPort? port = null;
        foreach (var candidate in ports)
            port = candidate.Id == bus ? candidate : port;
        if (port is { Spare: true })
            return true;
        foreach (var position in positions)
        {
            var label = user[position].Label;
            problems.Add(port is null
                ? new PcieProblem(
                    "pcie-no-such-port", label, $"{label} asks for bus {bus}, which this machine does not have",
                    "Raise --hotplug-ports, or name no bus.")
                : new PcieProblem(
                    "pcie-port-taken", label, $"{label} asks for bus {bus}, which {port.Devices[0].Owner} has",
                    $"Name a spare port such as {PcieTopology.SparePortPrefix}0, or no bus."));
        }

        return false;
    }
}
