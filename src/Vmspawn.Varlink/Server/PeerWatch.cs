using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// Detects that the caller disconnects while a call is being answered. It reads ahead a limited amount to detect end of
/// file; after that it waits until the peer has closed both directions.
/// </summary>
internal sealed class PeerWatch(MessageReader reader, UnixConnection connection, int queuedCalls, CancellationToken stop)
    : IAsyncDisposable
{
    private const int ReadAheadBytes = 64 * 1024;
    private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly CancellationTokenSource _done = new();
    private Task _watching = Task.CompletedTask;

    public CancellationToken Gone => _gone.Token;

    /// <param name="readAhead">False when the following bytes may belong to another protocol.</param>
    public void Start(bool readAhead) => _watching = WatchAsync(readAhead);

    public async ValueTask StopAsync()
    {
        await _done.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _gone.Dispose();
        _done.Dispose();
    }

    private async Task WatchAsync(bool readAhead)
    {
        try
        {
            while (readAhead && MayReadAhead() && await reader.FillAsync(_done.Token).ConfigureAwait(false))
            {
            }
            await connection.WaitPeerGoneAsync(_done.Token).ConfigureAwait(false);
            await _gone.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The call was answered; the watch is no longer needed.
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The next read fails in the same way and reports it.
            await _gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private bool MayReadAhead()
    {
        (var bytes, var messages, var descriptors) = reader.Waiting;
        return bytes < ReadAheadBytes && messages < queuedCalls && descriptors == 0;
    }
}
