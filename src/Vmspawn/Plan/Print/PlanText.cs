using Vmspawn.Pcie;

namespace Vmspawn.Plan.Print;

/// <summary>The plan for people, and as the commands that it starts.</summary>
public static class PlanText
{
    /// <summary>The topology as a tree, and what runs beside QEMU.</summary>
    /// <param name="plan">The plan to print.</param>
    public static string Tree(VmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var helpers = plan.Helpers.Select(helper => $"  {helper.Subject}\n");
        return TopologyDrawing.Tree(plan.Topology) + (plan.Helpers.Count == 0 ? "" : $"\nBeside QEMU:\n{string.Concat(helpers)}");
    }

    /// <summary>The words of each command, one a line, an empty line between two commands; QEMU's is the last.</summary>
    /// <param name="plan">The plan to print.</param>
    public static string Commands(VmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IEnumerable<IEnumerable<string>> commands =
            [.. plan.Helpers.Select(helper => helper.Arguments.Prepend(helper.Program)), plan.Arguments.Prepend(plan.Program)];
        return string.Join('\n', commands.Select(words => string.Concat(words.Select(word => $"{word}\n"))));
    }
}
