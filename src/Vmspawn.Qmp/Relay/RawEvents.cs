namespace Vmspawn.Qmp;

/// <summary>Passes each event to the listeners as QEMU wrote it; all of them share one copy.</summary>
internal sealed class RawEvents
{
    private readonly Lock _lock = new();
    private Listener[] _listeners = [];

    public void Publish(ReadOnlySpan<byte> line)
    {
        var listeners = Volatile.Read(ref _listeners);
        if (listeners.Length == 0)
            return;
        byte[] copy = [.. line, (byte)'\r', (byte)'\n'];
        foreach (var listener in listeners)
            listener.Happened(copy);
    }

    public IDisposable Add(Action<ReadOnlyMemory<byte>> happened)
    {
        var listener = new Listener(this, happened);
        lock (_lock)
            Volatile.Write(ref _listeners, [.. _listeners, listener]);
        return listener;
    }

    private void Remove(Listener listener)
    {
        lock (_lock)
            Volatile.Write(ref _listeners, Array.FindAll(_listeners, other => other != listener));
    }

    private sealed class Listener(RawEvents owner, Action<ReadOnlyMemory<byte>> happened) : IDisposable
    {
        public Action<ReadOnlyMemory<byte>> Happened => happened;

        public void Dispose() => owner.Remove(this);
    }
}
