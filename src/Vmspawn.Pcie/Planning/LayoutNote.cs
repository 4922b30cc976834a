namespace Vmspawn.Pcie.Planning;

/// <summary>Why the automatic choice packed devices.</summary>
internal static class LayoutNote
{
    public static string? Of(PcieRequest request, Placement seating, UserBuses buses)
    {
        if (request.Layout != PcieLayout.Auto || !seating.Packed)
            return null;
        var ports = PortList.Of(request, packed: false, buses.Known).Count;
        var cause = ports > PcieLimits.RootPorts
            ? $"one port a device would need {ports} root ports and {PcieLimits.RootPorts} fit"
            : $"{ports} root ports, one a device, leave no room for the devices of extra arguments";
        return $"Drives and shares are packed {PcieLimits.Functions} a port, because {cause}.";
    }
}
