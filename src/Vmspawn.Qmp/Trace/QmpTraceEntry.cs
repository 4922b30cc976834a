namespace Vmspawn.Qmp;

/// <summary>The kind of a trace entry.</summary>
public enum QmpTraceKind
{
    /// <summary>A message is about to be sent.</summary>
    Sent,

    /// <summary>A message was received.</summary>
    Received,

    /// <summary>The answer to an abandoned call, or a second answer; dropped.</summary>
    LateReply,

    /// <summary>An answer with an unknown id or without one; dropped.</summary>
    UnknownReply,

    /// <summary>An early event was dropped for a newer one, because there is no subscription yet.</summary>
    EarlyEventDropped,

    /// <summary>The connection has ended; the text is the reason.</summary>
    Ended,
}

/// <summary>One line of a trace.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">The message as JSON on one line, masked and truncated to 4 KiB; or a text.</param>
public sealed record QmpTraceEntry(QmpTraceKind Kind, string Text);
