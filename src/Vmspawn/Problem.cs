namespace Vmspawn;

/// <summary>The kind of a problem, which decides the exit status.</summary>
public enum ProblemKind
{
    /// <summary>The request cannot be carried out: exit status 1.</summary>
    Failure,

    /// <summary>The command line is wrong: exit status 2.</summary>
    Usage,
}

/// <summary>One reason why a VM cannot be planned or started, found before anything was started.</summary>
/// <param name="Code">A stable identifier for programs and tests, such as <c>image-missing</c>.</param>
/// <param name="Subject">The subject: an option with its value, a path, a device.</param>
/// <param name="Text">What is wrong and why, without a full stop.</param>
/// <param name="Hint">What to do about it, or null when there is no advice.</param>
/// <param name="Kind">The kind.</param>
public sealed record Problem(
    string Code,
    string Subject,
    string Text,
    string? Hint = null,
    ProblemKind Kind = ProblemKind.Failure)
{
    /// <summary>The message, on one line: <c>subject: text (hint)</c>.</summary>
    public override string ToString() => Hint is null ? $"{Subject}: {Text}" : $"{Subject}: {Text} ({Hint})";
}
