namespace Vmspawn.Qmp;

/// <summary>What to do with a subscriber that does not keep up.</summary>
public enum QmpOverflow
{
    /// <summary>End its stream with <see cref="QmpOverflowException"/>: nothing is lost unnoticed.</summary>
    End,

    /// <summary>Drop its oldest event and count it in <see cref="QmpEventStream.Dropped"/>.</summary>
    DropOldest,
}

/// <summary>Wishes for one subscription.</summary>
public sealed record QmpEventOptions
{
    /// <summary>Which events to take; null takes all. Called from the connection's own flow: quick, and not waiting.</summary>
    public Func<QmpEvent, bool>? Filter { get; init; }

    /// <summary>How many unread events are kept, at least 1; 256.</summary>
    public int Capacity { get; init; } = 256;

    /// <summary>What happens when one more comes.</summary>
    public QmpOverflow Overflow { get; init; }
}
