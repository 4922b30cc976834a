using System.Buffers.Text;

namespace Vmspawn.Qmp;

/// <summary>The calls in flight by id, and the reason of the end, which all of them share.</summary>
internal sealed class PendingReplies
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, PendingReply> _waiting = [];
    private long _lastId;
    private QmpEnd? _end;

    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Ids are ascending, so that an unexpected answer can be classified as late or unknown without recording old ids.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <exception cref="QmpDisconnectedException">The connection has ended.</exception>
    public void Add(PendingReply reply)
    {
        lock (_lock)
        {
            if (_end is not null)
                throw new QmpDisconnectedException(reply.Command, _end);
            _waiting.Add(reply.Id, reply);
        }
    }

    /// <summary>Removes the call with this id; null with the information whether the id was ever used.</summary>
    public PendingReply? Take(ReadOnlySpan<byte> id, out bool everGiven)
    {
        var isNumber = Utf8Parser.TryParse(id, out long number, out var used) && used == id.Length;
        everGiven = isNumber && number > 0 && number <= Interlocked.Read(ref _lastId);
        lock (_lock)
            return isNumber && _waiting.Remove(number, out var reply) ? reply : null;
    }

    /// <summary>Abandons a call.</summary>
    /// <param name="reply">The call.</param>
    /// <param name="wasSent">Whether QEMU may still answer it.</param>
    public void GiveUp(PendingReply reply, bool wasSent)
    {
        lock (_lock)
        {
            reply.Abandoned = true;
            if (!wasSent || reply.OnTaken is null)
                _waiting.Remove(reply.Id);
        }
    }

    public void End(QmpEnd end)
    {
        PendingReply[] unanswered;
        lock (_lock)
        {
            _end = end;
            unanswered = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (var reply in unanswered)
            reply.Fail(new QmpDisconnectedException(reply.Command, end));
    }
}
