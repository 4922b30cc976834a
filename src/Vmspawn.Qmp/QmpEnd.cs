namespace Vmspawn.Qmp;

/// <summary>What ended a connection.</summary>
public enum QmpEndKind
{
    /// <summary>This program disposed the client.</summary>
    Closed,

    /// <summary>QEMU closed its side between two messages: it has quit, was killed, or was told to drop the monitor.</summary>
    EndOfStream,

    /// <summary>QEMU closed its side in the middle of a message.</summary>
    Truncated,

    /// <summary>The peer sent what QMP does not allow, or more than the limits allow.</summary>
    Protocol,

    /// <summary>The socket could not be connected, read or written.</summary>
    Transport,

    /// <summary>A callback of this program threw while a message was handled.</summary>
    Callback,
}

/// <summary>The reason for a connection's end. The first cause is kept; what follows from it is not.</summary>
/// <param name="Kind">The sort of reason, to decide by.</param>
/// <param name="Text">The reason in words, for people: the end of a sentence.</param>
/// <param name="Cause">The exception behind it, if there was one.</param>
public sealed record QmpEnd(QmpEndKind Kind, string Text, Exception? Cause = null);
