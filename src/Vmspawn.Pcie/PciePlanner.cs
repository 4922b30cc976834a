using Vmspawn.Pcie.Planning;

namespace Vmspawn.Pcie;

/// <summary>
/// Gives every PCI function of a machine its address before anything starts. The machine type's own functions come
/// first, then the addresses that the user fixed, then ours in the order of <see cref="BootClass"/>.
/// </summary>
/// <remarks>
/// Network interfaces, the root disk and vsock have a port of their own in every layout and come first, so what the
/// guest calls them does not change when drives, shares or spares are added, nor when <see cref="PcieLayout.Auto"/>
/// turns to packing. One last resort breaks this: when the user's own bridges fit nowhere above our ports, they go
/// below and take the first bus numbers. Bus numbers are those of SeaBIOS and EDK2; a guest that numbers buses by itself may differ.
/// </remarks>
public static class PciePlanner
{
    /// <summary>Plans a request. The same request always gives the same plan.</summary>
    /// <param name="request">What is to be placed.</param>
    /// <returns>A topology, or all problems at once.</returns>
    /// <exception cref="ArgumentException">The request contradicts itself: two demands have one id, or there are fewer
    /// than 0 spares.</exception>
    public static PciePlan Plan(PcieRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Spares, nameof(request));
        var problems = new List<PcieProblem>();
        var buses = new UserBuses(request.User);
        UserRules.Check(request, buses, problems);
        var root = RootBusClaims.Take(request, buses, problems);
        var behind = new SecondaryBuses(buses, problems);
        var seating = Placement.Find(request, buses, root, behind.Addresses);
        if (seating is null)
        {
            problems.Add(FullReport.Of(request, buses, root));
            return PciePlan.Refused(problems);
        }

        PortRules.Check(buses, seating.Ports, problems);
        var maps = behind.Maps;
        maps.Add(PcieTopology.RootBus, seating.Root.Map);
        return problems.Count > 0
            ? PciePlan.Refused(problems)
            : PciePlan.Of(TopologyAssembly.Of(request, buses, seating, maps));
    }
}
