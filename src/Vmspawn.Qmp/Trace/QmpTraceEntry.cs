namespace Vmspawn.Qmp;

/// <summary>What a trace entry tells of.</summary>
public enum QmpTraceKind
{
    /// <summary>A message is about to be sent.</summary>
    Sent,

    /// <summary>A message was received.</summary>
    Received,

    /// <summary>The answer to a call that had been given up, or a second answer; dropped.</summary>
    LateReply,

    /// <summary>An answer with an id that was never given out, or without one; dropped.</summary>
    UnknownReply,

    /// <summary>An event gave way to a newer one because nobody has subscribed yet.</summary>
    EarlyEventDropped,

    /// <summary>The connection has ended; the text is the reason.</summary>
    Ended,
}

/// <summary>One line of a trace.</summary>
/// <param name="Kind">What it tells of.</param>
/// <param name="Text">The message as JSON on one line, masked and cut to 4 KiB; or words.</param>
public sealed record QmpTraceEntry(QmpTraceKind Kind, string Text);
