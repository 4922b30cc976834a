using Vmspawn.Pcie.Planning;

namespace Vmspawn.Pcie;

/// <summary>
/// Assigns an address to every PCI function of a machine before anything starts. The machine type's functions come
/// first, then the addresses that the user fixed, then vmspawn's in the order of <see cref="BootClass"/>.
/// </summary>
/// <remarks>
/// Network interfaces, the root disk and vsock have separate ports in every layout and come first, so that their
/// names in the guest do not change when drives, shares or hotplug ports are added, or when <see cref="PcieLayout.Auto"/>
/// packs devices. Exception: if the user's bridges do not fit above vmspawn's ports, they are placed
/// below and get the first bus numbers. Bus numbers are those of SeaBIOS and EDK2; a guest that renumbers buses may differ.
/// </remarks>
public static class PciePlanner
{
    /// <summary>Plans a request; deterministic.</summary>
    /// <param name="request">The devices to place.</param>
    /// <returns>A topology, or all problems at once.</returns>
    /// <exception cref="ArgumentException">The request is inconsistent: two demands have the same id, or there are fewer
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
