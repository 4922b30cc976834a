using System.Text.Json;
using System.Threading.Channels;

namespace Vmspawn.Qmp;

/// <summary>
/// The events of one subscription, for one reader at a time. After the connection's end the unread events are returned, then
/// <see cref="QmpDisconnectedException"/> is thrown with the reason. Disposal ends it without an exception.
/// </summary>
public sealed class QmpEventStream : IAsyncEnumerable<QmpEvent>, IDisposable
{
    private readonly Channel<QmpEvent> _events;
    private readonly QmpEventOptions _options;
    private readonly Action<QmpEventStream> _unsubscribe;
    private long _dropped;

    internal QmpEventStream(QmpEventOptions options, Action<QmpEventStream> unsubscribe)
    {
        QmpClientOptions.CheckRange(options.Capacity, 1, int.MaxValue, nameof(options.Capacity));
        _options = options;
        _unsubscribe = unsubscribe;
        var bounds = new BoundedChannelOptions(options.Capacity)
        {
            SingleWriter = true,
            FullMode = options.Overflow == QmpOverflow.DropOldest ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
        };
        _events = Channel.CreateBounded<QmpEvent>(bounds, _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>The number of events dropped because the reader was slow (<see cref="QmpOverflow.DropOldest"/>).</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Continues where the last enumeration stopped.</summary>
    /// <param name="cancellationToken">Cancels the enumeration, not the subscription.</param>
    public IAsyncEnumerator<QmpEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _events.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Ends the subscription. May be called repeatedly and from any thread.</summary>
    public void Dispose()
    {
        _events.Writer.TryComplete();
        _unsubscribe(this);
    }

    /// <summary>Adds the event if the filter accepts it; false when the stream has ended because of it.</summary>
    internal bool Offer(QmpEvent happened)
    {
        try
        {
            if (_options.Filter?.Invoke(happened) == false)
                return true;
        }
        catch (Exception cause)
        {
            // A filter that throws ends its own stream with the exception.
            _events.Writer.TryComplete(cause);
            return false;
        }

        if (_events.Writer.TryWrite(happened))
            return true;
        _events.Writer.TryComplete(new QmpOverflowException(_options.Capacity, happened.Name));
        return false;
    }

    internal void End(QmpEnd end) => _events.Writer.TryComplete(new QmpDisconnectedException("events", end));
}

/// <summary>An event of QEMU.</summary>
/// <param name="Name">QEMU's name, such as <c>DEVICE_DELETED</c>.</param>
/// <param name="Data">Its data; of kind <see cref="JsonValueKind.Undefined"/> when it has none.</param>
/// <param name="Timestamp">The host's time, in microseconds; null when QEMU could not read it.</param>
public sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset? Timestamp);

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
