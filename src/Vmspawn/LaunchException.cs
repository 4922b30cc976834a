namespace Vmspawn;

/// <summary>The world did not grant a step of the launch; everything before it has been undone.</summary>
public sealed class LaunchException : Exception
{
    /// <summary>A failure of one step.</summary>
    /// <param name="step">What was being done, such as <c>open the image</c>.</param>
    /// <param name="reason">Why it did not work, with what to do where that is known.</param>
    /// <param name="cause">What was thrown, if anything.</param>
    public LaunchException(string step, string reason, Exception? cause = null)
        : base($"cannot {step}: {(cause is IOException ? WithoutPath(reason) : reason)}", cause) => Step = step;

    /// <summary>What was being done.</summary>
    public string Step { get; }

    /// <summary>The runtime ends "No space left on device" with " : 'PATH'", of a draft that the user has never heard of.</summary>
    private static string WithoutPath(string reason) =>
        reason.EndsWith('\'') && reason.IndexOf(" : '", StringComparison.Ordinal) is var path and > 0 ? reason[..path] : reason;
}
