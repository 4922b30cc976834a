using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>
/// The newest bytes of a console, and readers that each have a position in them. A reader that holds the guest is never skipped: the writer waits for
/// it when it is far behind. Any other reader that is slower than the guest loses the oldest bytes. All members may be used from any thread.
/// </summary>
internal sealed class ConsoleBytes
{
    /// <summary>The most that is appended at once.</summary>
    private const int Piece = 4096;

    /// <summary>
    /// How far a reader may be behind before the writer waits for it. QEMU drops what a guest writes to a virtio console while the pseudo-terminal is full
    /// (hw/char/virtio-console.c), so the console is read ahead of a terminal that is only slow.
    /// </summary>
    private const int MostBehind = 64 << 10;

    private readonly Lock _lock = new();
    private readonly List<ConsoleReader> _holding = [];
    private readonly int _capacity;
    private readonly int _mostBehind;
    private readonly TaskCompletionSource _ended = NewSignal();
    private TaskCompletionSource? _changed;
    private TaskCompletionSource? _room;
    private byte[]? _ring;
    private long _end;
    private bool _isEnded;

    /// <param name="limit">How many bytes are kept.</param>
    public ConsoleBytes(int limit)
    {
        _capacity = Math.Clamp(limit, 2 * Piece, Array.MaxLength);
        // After one more piece all of what such a reader has not read is still kept.
        _mostBehind = Math.Min(MostBehind, _capacity - Piece);
    }

    /// <summary>Completes with the console's end.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether the console has ended; what was appended can still be read.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_lock)
                return _isEnded;
        }
    }

    /// <summary>The position of the oldest byte that is kept; the lock is held.</summary>
    private long Start => Math.Max(0, _end - _capacity);

    /// <summary>A reader from the oldest byte that is kept, or from now on.</summary>
    public ConsoleReader Open(bool withHistory, bool holdsGuest)
    {
        lock (_lock)
        {
            var reader = new ConsoleReader(this, _end) { Next = withHistory ? Start : _end };
            if (holdsGuest)
                _holding.Add(reader);
            return reader;
        }
    }

    /// <summary>Appends at most 4 KiB, and wakes the readers.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            // One array, not cleared: its pages become memory when they are written. Small arrays that live on would keep the collector's regions of
            // garbage alive.
            _ring ??= GC.AllocateUninitializedArray<byte>(_capacity);
            var at = (int)(_end % _capacity);
            var first = Math.Min(bytes.Length, _capacity - at);
            bytes[..first].CopyTo(_ring.AsSpan(at));
            bytes[first..].CopyTo(_ring);
            _end += bytes.Length;
            (changed, _changed) = (_changed, null);
        }

        changed?.TrySetResult();
    }

    /// <summary>Says that nothing more is appended.</summary>
    public void End()
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            _isEnded = true;
            (changed, _changed) = (_changed, null);
        }

        _ended.TrySetResult();
        changed?.TrySetResult();
    }

    /// <summary>Completes when no reader that holds the guest is too far behind for a piece more.</summary>
    public async Task WaitRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (HasRoom())
                    return;
                room = (_room ??= NewSignal()).Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes with the next bytes, or the end.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _isEnded ? Task.CompletedTask : (_changed ??= NewSignal()).Task;
        }
    }

    /// <summary>Moves bytes to a reader's buffer.</summary>
    /// <returns>The number of bytes; with 0 the change to wait for, or null at the end.</returns>
    /// <exception cref="ObjectDisposedException">The reader is closed.</exception>
    public (int Count, Task? Change) Read(ConsoleReader reader, Span<byte> buffer)
    {
        TaskCompletionSource? room = null;
        int moved;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(reader.IsClosed, reader);
            reader.Next = Math.Max(reader.Next, Start);
            // What was written before the reader came, and what after, are not mixed.
            var until = reader.Next < reader.PastEnd ? reader.PastEnd : _end;
            moved = (int)Math.Min(buffer.Length, until - reader.Next);
            if (moved == 0)
                return (0, _isEnded || buffer.IsEmpty ? null : (_changed ??= NewSignal()).Task);
            var at = (int)(reader.Next % _capacity);
            var first = Math.Min(moved, _capacity - at);
            _ring.AsSpan(at, first).CopyTo(buffer);
            _ring.AsSpan(0, moved - first).CopyTo(buffer[first..]);
            reader.Next += moved;
            if (HasRoom())
                (room, _room) = (_room, null);
        }

        room?.TrySetResult();
        return (moved, null);
    }

    /// <summary>How many bytes a reader can read without a wait.</summary>
    public long WaitingFor(ConsoleReader reader)
    {
        lock (_lock)
            return _end - Math.Max(reader.Next, Start);
    }

    /// <summary>Ends a reader and its pending wait.</summary>
    public void Close(ConsoleReader reader)
    {
        TaskCompletionSource? changed, room;
        lock (_lock)
        {
            reader.IsClosed = true;
            _holding.Remove(reader);
            (changed, _changed) = (_changed, null);
            (room, _room) = (_room, null);
        }

        changed?.TrySetResult();
        room?.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool HasRoom()
    {
        foreach (var reader in _holding)
        {
            if (_end - reader.Next > _mostBehind)
                return false;
        }

        return true;
    }
}

/// <summary>A stream of a console's bytes, only to be read, and only asynchronously.</summary>
internal sealed class ConsoleReader(ConsoleBytes bytes, long pastEnd) : AsyncStream
{
    /// <summary>The position of the first byte that was written after this was opened.</summary>
    public long PastEnd => pastEnd;

    /// <summary>Whether the last bytes that were read had been written before this was opened.</summary>
    public bool IsInPast => Next <= pastEnd;

    /// <summary>The position of the next byte; guarded by the lock of the bytes, as is the other property.</summary>
    public long Next { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>How many bytes can be read without a wait.</summary>
    public long Waiting => bytes.WaitingFor(this);

    public override bool CanRead => !IsClosed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var (count, change) = bytes.Read(this, buffer.Span);
            if (change is null)
                return count;
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            bytes.Close(this);
        base.Dispose(disposing);
    }
}
