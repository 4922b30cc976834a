namespace Vmspawn.Cli.Control.Parse;

/// <summary>The operands of <c>vmspawn snapshot</c>.</summary>
internal static class SnapshotArguments
{
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> operands, ICollection<Problem> problems)
    {
        SnapshotAction? action = operands[0] switch
        {
            "list" => SnapshotAction.List,
            "check" => SnapshotAction.Check,
            "rm" => SnapshotAction.Remove,
            _ => null,
        };
        if (action is null)
            problems.Add(new Problem("snapshot-action", operands[0], "this cannot be done with snapshots", "choose list, check or rm", ProblemKind.Usage));
        else if (action != SnapshotAction.List && operands.Count == 1)
            problems.Add(new Problem("operand-missing", $"snapshot {operands[0]}", "SNAPSHOT is missing", $"vmspawn snapshot {operands[0]} SNAPSHOT…", ProblemKind.Usage));
        return action is { } known ? new SnapshotCommand(known, [.. operands.Skip(1)], options.Json) : null;
    }
}
