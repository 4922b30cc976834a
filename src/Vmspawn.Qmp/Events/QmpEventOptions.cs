namespace Vmspawn.Qmp;

/// <summary>What to do when a subscriber reads too slowly.</summary>
public enum QmpOverflow
{
    /// <summary>End its stream with <see cref="QmpOverflowException"/>, so that no event is lost unnoticed.</summary>
    End,

    /// <summary>Drop its oldest event and count it in <see cref="QmpEventStream.Dropped"/>.</summary>
    DropOldest,
}

/// <summary>The options of one subscription.</summary>
public sealed record QmpEventOptions
{
    /// <summary>Selects events; null for all. Called from the connection's reading task, so it must not block.</summary>
    public Func<QmpEvent, bool>? Filter { get; init; }

    /// <summary>The maximum number of unread events, at least 1; 256.</summary>
    public int Capacity { get; init; } = 256;

    /// <summary>What to do when it is exceeded.</summary>
    public QmpOverflow Overflow { get; init; }
}
