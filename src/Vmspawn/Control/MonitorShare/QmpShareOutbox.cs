using System.Threading.Channels;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// The queue of messages to a program, in order. Events are bounded by number and size;
/// at most one answer is queued, because the next command is read after the last answer is sent.
/// </summary>
internal sealed class QmpShareOutbox(QmpShareOptions options, CancellationToken stop)
{
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _events;
    private long _eventBytes;

    /// <summary>Completes when an event did not fit.</summary>
    public Task Overflow => _overflow.Task;

    /// <summary>Queues an answer.</summary>
    /// <returns>Completes when it is sent, or the program has disconnected.</returns>
    public Task Add(ReadOnlyMemory<byte> answer)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _entries.Writer.TryWrite(new Entry(answer, sent)) ? sent.Task.WaitAsync(stop) : Task.CompletedTask;
    }

    /// <summary>Queues an event, unless the limit is reached.</summary>
    public void AddEvent(ReadOnlyMemory<byte> line)
    {
        var fits = Interlocked.Increment(ref _events) <= options.WaitingEvents
            & Interlocked.Add(ref _eventBytes, line.Length) <= options.WaitingEventBytes;
        if (fits)
            _entries.Writer.TryWrite(new Entry(line, null));
        else
            _overflow.TrySetResult();
    }

    /// <summary>Closes the queue: <see cref="SendAllAsync"/> ends after the queued messages.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <summary>Sends queued messages until the queue is closed and empty.</summary>
    /// <exception cref="TimeoutException">The program does not read.</exception>
    public async Task SendAllAsync(QmpShareSocket socket)
    {
        var isPeerGone = false;
        await foreach (var entry in _entries.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            if (!isPeerGone)
                isPeerGone = !await TrySendAsync(socket, entry.Bytes).ConfigureAwait(false);
            if (entry.Sent is null)
            {
                Interlocked.Decrement(ref _events);
                Interlocked.Add(ref _eventBytes, -entry.Bytes.Length);
            }

            entry.Sent?.TrySetResult();
        }
    }

    private async Task<bool> TrySendAsync(QmpShareSocket socket, ReadOnlyMemory<byte> bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.SendTime);
        try
        {
            await socket.SendAsync(bytes, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (QmpShareSocket.IsPeerGone(failure))
        {
            // Its commands are still carried out; only the answers are discarded.
            return false;
        }
        catch (OperationCanceledException late) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"it did not read a message of {bytes.Length} bytes within {options.SendTime.TotalSeconds:0.###} s", late);
        }
    }

    private readonly record struct Entry(ReadOnlyMemory<byte> Bytes, TaskCompletionSource? Sent);
}
