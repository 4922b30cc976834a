namespace Vmspawn.Qmp;

/// <summary>The options of one connection.</summary>
public sealed record QmpClientOptions
{
    /// <summary>The defaults.</summary>
    public static QmpClientOptions Default { get; } = new();

    /// <summary>The default time limit of a call; 10 s, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long to wait for the socket of <see cref="QmpClient.ConnectAsync"/> to exist and to accept; zero, the default, is one attempt.
    /// For a QEMU that was just started.
    /// </summary>
    public TimeSpan SocketTimeout { get; init; }

    /// <summary>The time limit of connecting to a socket that exists, up to the negotiated capabilities; 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest message in bytes, either way; 16 MiB. A longer one received ends the connection.</summary>
    public int MessageLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>The longest event in bytes; 256 KiB. The limit is lower because events are queued in memory.</summary>
    public int EventLimit { get; init; } = 256 * 1024;

    /// <summary>The number of newest events that are kept before the first subscription; 64.</summary>
    public int EarlyEvents { get; init; } = 64;

    /// <summary>Whether to enable out-of-band execution where QEMU offers it. It is off by default, as in QEMU.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>
    /// Receives each message, with secrets masked, and each dropped one. Called from the connection's tasks,
    /// possibly by two threads at once: it must not block or wait for the client. If it throws, the connection ends.
    /// </summary>
    public Action<QmpTraceEntry>? Trace { get; init; }

    internal void Check()
    {
        CheckTime(CallTimeout, nameof(CallTimeout));
        CheckTime(HandshakeTimeout, nameof(HandshakeTimeout));
        if (SocketTimeout != TimeSpan.Zero)
            CheckTime(SocketTimeout, nameof(SocketTimeout));
        CheckRange(MessageLimit, 256, 1024 * 1024 * 1024, nameof(MessageLimit));
        CheckRange(EventLimit, 1, int.MaxValue, nameof(EventLimit));
        CheckRange(EarlyEvents, 0, int.MaxValue, nameof(EarlyEvents));
    }

    internal static void CheckRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} to {most}.");
    }

    internal static void CheckTime(TimeSpan time, string name)
    {
        // The longest interval of a .NET timer.
        if (time != Timeout.InfiniteTimeSpan && (time <= TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(name, time, "A time limit is above zero and below 49 days, or infinite.");
    }
}
