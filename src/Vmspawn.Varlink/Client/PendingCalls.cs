namespace Vmspawn.Varlink;

/// <summary>Calls in the order they were sent, which is the order of their replies.</summary>
internal sealed class PendingCalls
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingCall> _calls = new();
    private VarlinkDisconnectedException? _ended;

    /// <exception cref="VarlinkDisconnectedException">The connection has ended.</exception>
    public void Add(PendingCall call)
    {
        lock (_lock)
        {
            if (_ended is not null)
                throw new VarlinkDisconnectedException(Reason(_ended), _ended);
            _calls.Enqueue(call);
        }
    }

    public PendingCall? First()
    {
        lock (_lock)
            return _calls.TryPeek(out var call) ? call : null;
    }

    public void RemoveFirst()
    {
        lock (_lock)
            _calls.Dequeue();
    }

    /// <summary>Fails all calls. Only the first reason is kept.</summary>
    public void EndAll(VarlinkDisconnectedException reason)
    {
        lock (_lock)
        {
            _ended ??= reason;
            while (_calls.TryDequeue(out var call))
                call.End(_ended);
        }
    }

    private static string Reason(Exception ended) => ended.Message["varlink: ".Length..];
}
