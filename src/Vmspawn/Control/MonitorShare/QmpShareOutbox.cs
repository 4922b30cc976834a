using System.Threading.Channels;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// What waits for a program to read it, in the order in which it was put in. Events are bounded by number and size;
/// of answers there is one at a time, since the next command is taken when the last answer is sent.
/// </summary>
internal sealed class QmpShareOutbox(QmpShareOptions options, CancellationToken stop)
{
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _events;
    private long _eventBytes;

    /// <summary>Completes when events had to be refused.</summary>
    public Task Overflow => _overflow.Task;

    /// <summary>Puts an answer in.</summary>
    /// <returns>Completes when it is sent, or nobody is left to send it to.</returns>
    public Task Add(ReadOnlyMemory<byte> answer)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _entries.Writer.TryWrite(new Entry(answer, sent)) ? sent.Task.WaitAsync(stop) : Task.CompletedTask;
    }

    /// <summary>Puts an event in, unless too many wait already.</summary>
    public void AddEvent(ReadOnlyMemory<byte> line)
    {
        var fits = Interlocked.Increment(ref _events) <= options.WaitingEvents
            & Interlocked.Add(ref _eventBytes, line.Length) <= options.WaitingEventBytes;
        if (fits)
            _entries.Writer.TryWrite(new Entry(line, null));
        else
            _overflow.TrySetResult();
    }

    /// <summary>Nothing more is coming: <see cref="SendAllAsync"/> ends when it has sent what is there.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <summary>Sends all that is put in, until it is complete.</summary>
    /// <exception cref="TimeoutException">The program does not read.</exception>
    public async Task SendAllAsync(QmpShareSocket socket)
    {
        var isPeerGone = false;
        await foreach (var entry in _entries.Reader.ReadAllAsync(stop))
        {
            if (!isPeerGone)
                isPeerGone = !await TrySendAsync(socket, entry.Bytes);
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
            await socket.SendAsync(bytes, limit.Token);
            return true;
        }
        catch (Exception failure) when (QmpShareSocket.IsPeerGone(failure))
        {
            // What it has sent before is still carried out; only its answers have nowhere to go.
            return false;
        }
        catch (OperationCanceledException late) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"it did not read a message of {bytes.Length} bytes within {options.SendTime.TotalSeconds:0.###} s", late);
        }
    }

    private readonly record struct Entry(ReadOnlyMemory<byte> Bytes, TaskCompletionSource? Sent);
}
