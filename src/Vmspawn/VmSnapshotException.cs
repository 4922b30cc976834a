namespace Vmspawn;

/// <summary>A machine cannot be frozen, or a snapshot cannot be used. The message is the reason.</summary>
public sealed class VmSnapshotException : VmException
{
    internal VmSnapshotException(string reason, Exception? cause = null)
        : base(reason, cause)
    {
    }

    internal VmSnapshotException(IReadOnlyList<Problem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All reasons, where they were known before anything was done.</summary>
    public IReadOnlyList<Problem> Problems { get; } = [];
}
