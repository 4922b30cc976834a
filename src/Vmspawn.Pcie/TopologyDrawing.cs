using System.Text;
using Vmspawn.Pcie.Drawing;

namespace Vmspawn.Pcie;

/// <summary>Draws a topology as text.</summary>
public static class TopologyDrawing
{
    /// <summary>
    /// The tree of the root bus: each device number with its functions, what is behind each port, where the guest
    /// finds it and its use; then the budget. Lines end with a line feed and have no trailing blanks.
    /// </summary>
    /// <param name="topology">The topology to draw.</param>
    public static string Tree(PcieTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var text = new StringBuilder();
        TextTable.Write(text, TreeRows.Of(topology), gap: 2);
        foreach (var device in topology.Elsewhere)
            text.Append($"not planned: {device.Label} on bus {device.Bus}\n");
        if (topology.Note is { } note)
            text.Append($"note: {note}\n");
        text.Append('\n');
        TextTable.Write(text, BudgetRows(topology.Budget), gap: 2);
        return text.ToString();
    }

    private static List<string[]> BudgetRows(PcieBudget budget)
    {
        var rows = new List<string[]> { new[] { "budget", " used", " free", "limit" } };
        foreach (var line in budget.Lines)
            rows.Add([line.Name, $"{line.Used,5}", $"{line.Free,5}", $"{line.Limit,5}"]);
        return rows;
    }
}
