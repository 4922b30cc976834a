namespace Vmspawn.Pcie;

/// <summary>The input of the planner.</summary>
/// <param name="Machine">The machine type's root bus.</param>
/// <param name="Layout">How boot devices are assigned to ports.</param>
/// <param name="Spares">Empty root ports for hotplug, 0 or more.</param>
/// <param name="Devices">vmspawn's devices; the order matters within a class.</param>
/// <param name="User">Devices in the user's arguments, in order.</param>
public sealed record PcieRequest(
    PcieMachine Machine,
    PcieLayout Layout,
    int Spares,
    IReadOnlyList<DeviceDemand> Devices,
    IReadOnlyList<UserDevice> User)
{
    /// <summary>vmspawn's devices; the order matters within a class.</summary>
    public IReadOnlyList<DeviceDemand> Devices { get; init => field = ValueList<DeviceDemand>.Of(value); } = ValueList<DeviceDemand>.Of(Devices);

    /// <summary>Devices in the user's arguments, in order.</summary>
    public IReadOnlyList<UserDevice> User { get; init => field = ValueList<UserDevice>.Of(value); } = ValueList<UserDevice>.Of(User);
}

/// <summary>How boot devices are assigned to root ports.</summary>
public enum PcieLayout
{
    /// <summary><see cref="Ports"/> if the ports suffice, then <see cref="Packed"/>.</summary>
    Auto,

    /// <summary>One root port per device: each can be removed separately.</summary>
    Ports,

    /// <summary>Eight boot devices per port: for many devices and a fast boot.</summary>
    Packed,
}
