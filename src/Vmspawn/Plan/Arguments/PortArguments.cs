using Vmspawn.Pcie;

namespace Vmspawn.Plan.Arguments;

/// <summary>The root ports, before the devices behind them.</summary>
internal static class PortArguments
{
    public static void Add(PlanDraft draft) => draft.Arguments.AddRange(QemuArguments.Ports(draft.Topology));
}
