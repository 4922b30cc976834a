namespace Vmspawn.Pcie;

/// <summary>Everything that a plan is made from.</summary>
/// <param name="Machine">The machine type's root bus.</param>
/// <param name="Layout">How boot devices are spread over ports.</param>
/// <param name="Spares">Empty root ports for hotplug, 0 or more.</param>
/// <param name="Devices">Devices of ours; the order counts within a class.</param>
/// <param name="User">Devices of the user's own arguments, in their order.</param>
public sealed record PcieRequest(
    PcieMachine Machine,
    PcieLayout Layout,
    int Spares,
    IReadOnlyList<DeviceDemand> Devices,
    IReadOnlyList<UserDevice> User);
