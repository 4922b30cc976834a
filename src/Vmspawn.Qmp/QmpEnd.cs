namespace Vmspawn.Qmp;

/// <summary>What ended a connection.</summary>
public enum QmpEndKind
{
    /// <summary>This program disposed the client.</summary>
    Closed,

    /// <summary>QEMU closed its side between two messages: it has quit, was killed, or has closed the monitor.</summary>
    EndOfStream,

    /// <summary>QEMU closed its side in the middle of a message.</summary>
    Truncated,

    /// <summary>The peer violated QMP or a limit.</summary>
    Protocol,

    /// <summary>The socket could not be connected, read or written.</summary>
    Transport,

    /// <summary>A callback of this program threw while a message was handled.</summary>
    Callback,
}

/// <summary>The reason for a connection's end: the first cause only.</summary>
/// <param name="Kind">The kind of reason, for decisions.</param>
/// <param name="Text">The reason for messages, as the end of a sentence.</param>
/// <param name="Cause">The exception behind it, if there was one.</param>
public sealed record QmpEnd(QmpEndKind Kind, string Text, Exception? Cause = null);
