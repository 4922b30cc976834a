using System.Threading.Channels;

namespace Vmspawn.Varlink;

/// <summary>A call that waits for replies. An abandoned call stays in the queue and drops them.</summary>
internal sealed class PendingCall
{
    // Further replies stay in the socket until these are read.
    private const int Unread = 8;
    private readonly Channel<VarlinkReply> _replies =
        Channel.CreateBounded<VarlinkReply>(new BoundedChannelOptions(Unread) { SingleReader = true, SingleWriter = true });

    public required bool More { get; init; }

    public required bool Upgrade { get; init; }

    /// <summary>Adds a reply; waits while the caller has too many unread ones.</summary>
    public async ValueTask AddAsync(VarlinkReply reply)
    {
        try
        {
            await _replies.Writer.WriteAsync(reply).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            reply.Dispose();
        }
    }

    public void End(Exception? reason = null) => _replies.Writer.TryComplete(reason);

    /// <summary>The next reply, or null after the last one.</summary>
    public async ValueTask<VarlinkReply?> NextAsync(CancellationToken cancellationToken)
    {
        // Each waiter gets its own exception with the cause inside.
        return await _replies.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _replies.Reader.TryRead(out var reply) ? reply : null;
    }

    public void Abandon()
    {
        _replies.Writer.TryComplete();
        while (_replies.Reader.TryRead(out var reply))
            reply.Dispose();
    }
}
