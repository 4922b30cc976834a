namespace Vmspawn.Pcie;

/// <summary>One resource.</summary>
/// <param name="Name">Its name in drawings and messages.</param>
/// <param name="Used">How much the plan uses.</param>
/// <param name="Limit">How much there is.</param>
public sealed record BudgetLine(string Name, int Used, int Limit)
{
    /// <summary>How much is left.</summary>
    public int Free => Limit - Used;
}

/// <summary>What a plan uses of everything that can run out.</summary>
/// <param name="DeviceNumbers">Device numbers of the root bus; the machine type's own are not counted.</param>
/// <param name="Functions">Functions on those device numbers.</param>
/// <param name="RootPorts">Root ports of ours.</param>
/// <param name="Spares">Hotplug ports; used are those that something already sits in.</param>
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
