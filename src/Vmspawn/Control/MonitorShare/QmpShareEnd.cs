namespace Vmspawn.Control.MonitorShare;

/// <summary>Why serving a program ended.</summary>
internal enum QmpShareEndKind
{
    /// <summary>The program disconnected.</summary>
    Left,

    /// <summary>The program violated the protocol or a limit.</summary>
    Dropped,

    /// <summary>QEMU's monitor has ended.</summary>
    MonitorEnded,

    /// <summary>The server stopped.</summary>
    Stopped,
}

/// <summary>The reason why serving a program ended; the first one is kept.</summary>
/// <param name="Kind">The kind of reason.</param>
/// <param name="Text">The reason as the end of a sentence about the program.</param>
internal sealed record QmpShareEnd(QmpShareEndKind Kind, string Text)
{
    public static QmpShareEnd Left { get; } = new(QmpShareEndKind.Left, "it closed its connection");

    public static QmpShareEnd Stopped { get; } = new(QmpShareEndKind.Stopped, "this program stops serving it");

    public static QmpShareEnd Dropped(string text) => new(QmpShareEndKind.Dropped, text);
}
