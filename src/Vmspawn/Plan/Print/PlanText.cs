using Vmspawn.Pcie;

namespace Vmspawn.Plan.Print;

/// <summary>Prints the plan for users, and the commands that it starts.</summary>
public static class PlanText
{
    /// <summary>The topology as a tree, the files that are changed first, and the helpers.</summary>
    /// <param name="plan">The plan to print.</param>
    public static string Tree(VmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IEnumerable<string> files =
        [
            .. plan.Growths.Select(growth => $"{growth.Path} is grown to {growth.Size} bytes"),
            .. plan.Children.Select(child => $"{child.Path} is made, a child of {child.Template.Path}"),
        ];
        return TopologyDrawing.Tree(plan.Topology)
            + Section("Before it starts", files)
            + Section("Beside QEMU", plan.Helpers.Select(helper => helper.Subject));
    }

    /// <summary>The arguments of each command, one per line, with an empty line between commands; QEMU's is the last.</summary>
    /// <param name="plan">The plan to print.</param>
    public static string Commands(VmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IEnumerable<IEnumerable<string>> commands =
            [.. plan.Helpers.Select(helper => helper.Command), plan.Arguments.Prepend(plan.Program)];
        return string.Join('\n', commands.Select(words => string.Concat(words.Select(word => $"{word}\n"))));
    }

    private static string Section(string title, IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(line => $"  {line}\n"));
        return text.Length == 0 ? "" : $"\n{title}:\n{text}";
    }
}
