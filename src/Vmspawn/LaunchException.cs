namespace Vmspawn;

/// <summary>A step of the launch failed; all steps before it have been undone. Callers of the library get a <see cref="VmLaunchException"/>.</summary>
internal sealed class LaunchException : VmException
{
    /// <summary>Creates the failure of one step.</summary>
    /// <param name="step">The step, such as <c>open the image</c>.</param>
    /// <param name="reason">Why it failed, and what to do if known.</param>
    /// <param name="cause">The exception, or null.</param>
    public LaunchException(string step, string reason, Exception? cause = null)
        : base($"cannot {step}: {(cause is IOException ? WithoutPath(reason) : reason)}", cause) => Step = step;

    /// <summary>The step that failed.</summary>
    public string Step { get; }

    /// <summary>Removes " : 'PATH'", which the runtime appends to "No space left on device": it is the temporary path of a draft.</summary>
    private static string WithoutPath(string reason) =>
        reason.EndsWith('\'') && reason.IndexOf(" : '", StringComparison.Ordinal) is var path and > 0 ? reason[..path] : reason;
}
