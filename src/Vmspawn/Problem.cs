namespace Vmspawn;

/// <summary>Whether a problem is a mistake in how we were called or something that the world does not grant.</summary>
public enum ProblemKind
{
    /// <summary>The wish cannot be carried out: exit status 1.</summary>
    Failure,

    /// <summary>The command line itself is wrong: exit status 2.</summary>
    Usage,
}

/// <summary>One reason why a VM cannot be planned or started, found before anything was started.</summary>
/// <param name="Code">A stable word for programs and tests, such as <c>image-missing</c>.</param>
/// <param name="Subject">What it is about: an option with its value, a path, a device.</param>
/// <param name="Text">What is wrong and why, without a full stop.</param>
/// <param name="Hint">What to do about it, or null where nothing sensible can be said.</param>
/// <param name="Kind">Wrong usage, or a failure.</param>
public sealed record Problem(
    string Code,
    string Subject,
    string Text,
    string? Hint = null,
    ProblemKind Kind = ProblemKind.Failure)
{
    /// <summary>The end of a sentence that names the subject itself: <c>text (hint)</c>.</summary>
    public string Reason => Hint is null ? Text : $"{Text} ({Hint})";

    /// <summary>The one line a person reads: <c>subject: text (hint)</c>.</summary>
    public override string ToString() => $"{Subject}: {Reason}";
}
