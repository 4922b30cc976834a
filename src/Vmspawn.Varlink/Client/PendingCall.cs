using System.Threading.Channels;

namespace Vmspawn.Varlink;

/// <summary>A call whose replies are still to come. One that was given up stays in its place and drops them.</summary>
internal sealed class PendingCall
{
    // Replies beyond these stay in the socket until somebody reads them.
    private const int Unread = 8;
    private readonly Channel<VarlinkReply> _replies =
        Channel.CreateBounded<VarlinkReply>(new BoundedChannelOptions(Unread) { SingleReader = true, SingleWriter = true });

    public required bool More { get; init; }

    public required bool Upgrade { get; init; }

    /// <summary>Takes a reply; waits while the caller has many to read.</summary>
    public async ValueTask AddAsync(VarlinkReply reply)
    {
        try
        {
            await _replies.Writer.WriteAsync(reply);
        }
        catch (ChannelClosedException)
        {
            reply.Dispose();
        }
    }

    public void End(Exception? reason = null) => _replies.Writer.TryComplete(reason);

    /// <summary>The next reply, or null after the last one.</summary>
    public async ValueTask<VarlinkReply?> NextAsync(CancellationToken cancellation)
    {
        // A failure reaches everyone who waits as an exception of its own, with the first cause inside.
        return await _replies.Reader.WaitToReadAsync(cancellation) && _replies.Reader.TryRead(out var reply) ? reply : null;
    }

    public void Abandon()
    {
        _replies.Writer.TryComplete();
        while (_replies.Reader.TryRead(out var reply))
            reply.Dispose();
    }
}
