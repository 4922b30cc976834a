using System.Threading.Channels;

namespace Vmspawn.Supervise;

/// <summary>
/// Writes messages in order beside everything else: a terminal that is stopped (Ctrl-S) or a pipe that nobody reads holds up one thread of
/// the pool, and nothing that waits for its turn.
/// </summary>
internal sealed class MessageQueue : IAsyncDisposable
{
    /// <summary>More messages than this wait only where nobody reads.</summary>
    private const int Capacity = 1000;

    /// <summary>How long the disposal waits for the messages to be written.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task _writing;

    /// <param name="messages">Where they go in the end.</param>
    public MessageQueue(VmMessages messages)
    {
        Messages = new VmMessages(Queued(messages.Notice), Queued(messages.Error)) { Detail = Queued(messages.Detail) };
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>The same, without a wait.</summary>
    public VmMessages Messages { get; }

    /// <summary>Waits until all is written, within a bound; the failure of a writer is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            // Nobody reads; the process ends all the same.
        }
    }

    private Action<string> Queued(Action<string> write) => text => _waiting.Writer.TryWrite(() => write(text));

    private async Task WriteAsync()
    {
        await foreach (var write in _waiting.Reader.ReadAllAsync())
            write();
    }
}
