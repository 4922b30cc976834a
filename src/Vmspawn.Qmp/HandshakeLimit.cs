namespace Vmspawn.Qmp;

/// <summary>Bounds connecting and greeting together, and tells whose patience ended.</summary>
internal sealed class HandshakeLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;

    public HandshakeLimit(TimeSpan limit, CancellationToken callers)
    {
        _limit = limit;
        _callers = callers;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(callers);
        _stop.CancelAfter(limit);
    }

    public async Task<T> KeepAsync<T>(Func<CancellationToken, Task<T>> handshake)
    {
        try
        {
            return await handshake(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _callers.ThrowIfCancellationRequested();
            throw new QmpTimeoutException("greeting", _limit, "a monitor serves one client at a time: another may hold it, or QEMU hangs");
        }
    }

    public void Dispose() => _stop.Dispose();
}
