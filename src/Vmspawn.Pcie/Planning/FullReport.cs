namespace Vmspawn.Pcie.Planning;

/// <summary>Reports which resource is exhausted, by how much, and what to do.</summary>
internal static class FullReport
{
    public const string Code = "pcie-full";

    public static PcieProblem Of(PcieRequest request, UserBuses buses, FunctionMap fixedMap)
    {
        var packed = request.Layout != PcieLayout.Ports;
        var ports = PortList.Of(request, packed, buses.Known).Count;
        var portNumbers = PortRun.Count(fixedMap, PcieLimits.LowestPortDevice);
        var loose = 0;
        foreach (var position in buses.On(PcieTopology.RootBus))
            loose += buses.User[position].Address is null ? 1 : 0;
        var integrated = Placement.IntegratedCount(request);
        var needed = ports + integrated + loose;
        var free = fixedMap.FreeFunctions;
        var who = $"{ports - request.Spares} ports for boot devices, {request.Spares} spare ports, {integrated} integrated"
            + $" devices, {loose} devices of extra arguments";
        if (ports > portNumbers * PcieLimits.Functions)
        {
            return new PcieProblem(
                Code, "root ports",
                $"{ports} root ports are needed and {portNumbers * PcieLimits.Functions} fit"
                + $" ({ports - request.Spares} for boot devices, {request.Spares} spare)",
                WayOut(request, packed));
        }

        if (needed > free)
        {
            return new PcieProblem(
                Code, $"functions on {PcieTopology.RootBus}",
                $"{needed} functions are needed on {PcieTopology.RootBus} and {free} are free ({who})",
                WayOut(request, packed));
        }

        return new PcieProblem(
            Code, "buses",
            $"more than {PcieLimits.Buses} buses are needed: each of {ports} root ports and each bridge of extra"
            + " arguments is one",
            WayOut(request, packed));
    }

    private static string WayOut(PcieRequest request, bool packed)
    {
        var way = packed ? "Attach disks by virtio-scsi" : "Use --pcie-layout=packed, attach disks by virtio-scsi";
        if (request.Spares > 0)
            way += ", ask for fewer spare ports (--hotplug-ports=)";
        return way + (request.User.Count > 0 ? ", or drop extra devices." : ", or drop devices.");
    }
}
