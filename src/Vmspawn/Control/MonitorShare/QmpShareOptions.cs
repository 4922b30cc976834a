namespace Vmspawn.Control.MonitorShare;

/// <summary>The limits for one program on the shared monitor. A program that exceeds one is dropped.</summary>
internal sealed record QmpShareOptions
{
    /// <summary>
    /// Maximum length of a command in bytes; 256 KiB. QEMU reads one byte at a time, so that this much keeps its monitor busy for
    /// about a second.
    /// </summary>
    public int CommandBytes { get; init; } = 256 * 1024;

    /// <summary>Longer commands than this are sent one at a time over all programs, so that another command waits for at most one of them; 4 KiB.</summary>
    public int LongCommandBytes { get; init; } = 4 * 1024;

    /// <summary>Maximum number of events queued for a program; 1024.</summary>
    public int WaitingEvents { get; init; } = 1024;

    /// <summary>Maximum bytes of events queued for a program; 1 MiB.</summary>
    public int WaitingEventBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a program may take to read one message; 30 s.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time limit for what is left to do at an end: sending the queued messages when the monitor has ended, and QEMU's answers to
    /// the last commands of a program that has left; 2 s.
    /// </summary>
    public TimeSpan FinalTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Maximum number of successive pieces that are not JSON; 64.</summary>
    public int StrayPieces { get; init; } = 64;

    /// <summary>Called before a program's <c>quit</c> is sent to QEMU; must not block or throw.</summary>
    public Action? QuitAsked { get; init; }
}
