using System.Threading.Channels;

namespace Vmspawn.Supervise;

/// <summary>
/// Writes messages in order on a separate thread: a stopped terminal (Ctrl-S) or a full pipe blocks one thread of
/// the pool, and no other task.
/// </summary>
internal sealed class MessageQueue : IAsyncDisposable
{
    /// <summary>The queue limit, reached only if the output is not read.</summary>
    private const int Capacity = 1000;

    /// <summary>How long the disposal waits for the messages to be written.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task _writing;

    /// <param name="messages">Receives the queued messages.</param>
    public MessageQueue(VmMessages messages)
    {
        Messages = new VmMessages(Queued(messages.Notice), Queued(messages.Error)) { Detail = Queued(messages.Detail) };
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>The receivers to use; they do not block.</summary>
    public VmMessages Messages { get; }

    /// <summary>Waits until all messages are written, within a time limit; the failure of a writer is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            // The output is not read; the process ends anyway.
        }
    }

    private Action<string> Queued(Action<string> write) => text => _waiting.Writer.TryWrite(() => write(text));

    private async Task WriteAsync()
    {
        await foreach (var write in _waiting.Reader.ReadAllAsync())
            write();
    }
}
