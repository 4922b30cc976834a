namespace Vmspawn.Qmp;

/// <summary>Passes each event to every subscription; the newest events from before the first subscription are kept for it.</summary>
internal sealed class EventFanout(int earlyLimit)
{
    private readonly Lock _lock = new();
    private QmpEventStream[] _streams = [];
    private Queue<QmpEvent>? _early = new();
    private QmpEnd? _end;

    /// <summary>Called by the reading task only, so that events keep their order without holding the lock.</summary>
    /// <returns>Whether an early event was dropped.</returns>
    public bool Publish(QmpEvent happened)
    {
        QmpEventStream[] streams;
        lock (_lock)
        {
            if (_early is not null)
                return KeepEarly(_early, happened);
            streams = _streams;
        }

        foreach (var stream in streams)
        {
            if (!stream.Offer(happened))
                Remove(stream);
        }

        return false;
    }

    public QmpEventStream Subscribe(QmpEventOptions options)
    {
        var stream = new QmpEventStream(options, Remove);
        lock (_lock)
        {
            var open = true;
            while (open && _early is not null && _early.TryDequeue(out var happened))
                open = stream.Offer(happened);
            _early = null;
            if (_end is not null)
                stream.End(_end);
            else if (open)
                _streams = [.. _streams, stream];
        }

        return stream;
    }

    public void End(QmpEnd end)
    {
        QmpEventStream[] streams;
        lock (_lock)
        {
            _end = end;
            streams = _streams;
            _streams = [];
        }

        foreach (var stream in streams)
            stream.End(end);
    }

    private bool KeepEarly(Queue<QmpEvent> early, QmpEvent happened)
    {
        early.Enqueue(happened);
        return early.Count > earlyLimit && early.TryDequeue(out _);
    }

    private void Remove(QmpEventStream stream)
    {
        lock (_lock)
            _streams = Array.FindAll(_streams, other => other != stream);
    }
}
