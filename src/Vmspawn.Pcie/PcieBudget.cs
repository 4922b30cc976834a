namespace Vmspawn.Pcie;

/// <summary>One resource.</summary>
/// <param name="Name">Its name in drawings and messages.</param>
/// <param name="Used">The amount used by the plan.</param>
/// <param name="Limit">The amount available.</param>
public sealed record BudgetLine(string Name, int Used, int Limit)
{
    /// <summary>The amount left.</summary>
    public int Free => Limit - Used;
}

/// <summary>The use of all limited resources.</summary>
/// <param name="DeviceNumbers">Device numbers of the root bus; those of the machine type are not counted.</param>
/// <param name="Functions">Functions on those device numbers.</param>
/// <param name="RootPorts">vmspawn's root ports.</param>
/// <param name="Spares">Hotplug ports; those with a device count as used.</param>
/// <param name="Buses">Bus numbers, the root bus included.</param>
public sealed record PcieBudget(
    BudgetLine DeviceNumbers,
    BudgetLine Functions,
    BudgetLine RootPorts,
    BudgetLine Spares,
    BudgetLine Buses)
{
    /// <summary>All lines in the order of the drawing.</summary>
    public IReadOnlyList<BudgetLine> Lines => [DeviceNumbers, Functions, RootPorts, Spares, Buses];
}
