namespace Vmspawn.Control.MonitorShare;

/// <summary>What ended a program's share of the monitor.</summary>
internal enum QmpShareEndKind
{
    /// <summary>It closed its side.</summary>
    Left,

    /// <summary>It broke the protocol or a limit.</summary>
    Dropped,

    /// <summary>QEMU's monitor has ended.</summary>
    MonitorEnded,

    /// <summary>We stop.</summary>
    Stopped,
}

/// <summary>The reason why a program is served no longer; the first cause is kept.</summary>
/// <param name="Kind">The sort of reason.</param>
/// <param name="Text">In words: the end of a sentence about the program.</param>
internal sealed record QmpShareEnd(QmpShareEndKind Kind, string Text)
{
    public static QmpShareEnd Left { get; } = new(QmpShareEndKind.Left, "it closed its connection");

    public static QmpShareEnd Stopped { get; } = new(QmpShareEndKind.Stopped, "this program stops serving it");

    public static QmpShareEnd Dropped(string text) => new(QmpShareEndKind.Dropped, text);
}
