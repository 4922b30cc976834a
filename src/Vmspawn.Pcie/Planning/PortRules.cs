namespace Vmspawn.Pcie.Planning;

/// <summary>Checks which of vmspawn's ports the user's devices may be behind.</summary>
internal static class PortRules
{
    public static void Check(UserBuses buses, IReadOnlyList<PlannedPort> ports, List<PcieProblem> problems)
    {
        foreach (var (bus, positions) in buses.Groups)
        {
            if (!UserBuses.IsOurs(bus))
                continue;
            var port = Find(ports, bus);
            foreach (var position in positions)
            {
                if (port is not { Spare: true })
                    problems.Add(Refusal(buses.User[position].Label, bus, port));
            }
        }
    }

    private static PcieProblem Refusal(string label, string bus, PlannedPort? port) => port is null
        ? new PcieProblem(
            "pcie-no-such-port", label, $"{label} asks for bus {bus}, which this machine does not have",
            "Raise --hotplug-ports=, or name no bus.")
        : new PcieProblem(
            "pcie-port-taken", label, $"{label} asks for bus {bus}, which {port.Devices[0].Owner} has",
            $"Name a spare port such as {PcieTopology.SparePortPrefix}0, or no bus.");

    private static PlannedPort? Find(IReadOnlyList<PlannedPort> ports, string id)
    {
        foreach (var port in ports)
        {
            if (port.Id == id)
                return port;
        }

        return null;
    }
}
