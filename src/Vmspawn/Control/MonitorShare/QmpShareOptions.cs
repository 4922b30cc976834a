namespace Vmspawn.Control.MonitorShare;

/// <summary>How much one program may ask of the shared monitor. Who goes beyond is dropped.</summary>
internal sealed record QmpShareOptions
{
    /// <summary>
    /// Longest command, in bytes; 256 KiB. QEMU reads a byte at a time, so that this much keeps its monitor busy for
    /// about a second.
    /// </summary>
    public int CommandBytes { get; init; } = 256 * 1024;

    /// <summary>Commands above this many bytes go one at a time, whoever sends them: others wait for one at most; 4 KiB.</summary>
    public int LongCommandBytes { get; init; } = 4 * 1024;

    /// <summary>Most events that wait for a program to read them; 1024.</summary>
    public int WaitingEvents { get; init; } = 1024;

    /// <summary>Most bytes of such events; 1 MiB.</summary>
    public int WaitingEventBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a program may take to read one message; 30 s.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last messages may take when the monitor has ended; 2 s.</summary>
    public TimeSpan LastWords { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most pieces in a row that are no JSON; 64.</summary>
    public int StrayPieces { get; init; } = 64;

    /// <summary>Told before a program's <c>quit</c> reaches QEMU; must not wait or throw.</summary>
    public Action? QuitAsked { get; init; }
}
