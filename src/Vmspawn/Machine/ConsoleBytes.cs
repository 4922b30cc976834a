namespace Vmspawn;

/// <summary>
/// The newest bytes of a console, and readers that each have a position in them. A reader that holds the guest is never skipped: the writer waits for
/// it when it is far behind. Any other reader that is slower than the guest loses the oldest bytes. All members may be used from any thread.
/// </summary>
internal sealed class ConsoleBytes
{
    private const int ChunkSize = 4096;

    /// <summary>
    /// How far a reader may be behind before the writer waits for it. QEMU drops what a guest writes to a virtio console while the pseudo-terminal is full
    /// (hw/char/virtio-console.c), so the console is read ahead of a terminal that is only slow.
    /// </summary>
    private const int MostBehind = 64 << 10;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _chunks = [];
    private readonly List<ConsoleReader> _holding = [];
    private readonly int _mostChunks;
    private readonly int _mostBehind;
    private TaskCompletionSource? _changed;
    private TaskCompletionSource? _taken;
    private long _start;
    private long _end;
    private bool _isEnded;

    /// <param name="limit">How many bytes are kept, rounded up to chunks, which are allocated when they are needed.</param>
    public ConsoleBytes(int limit)
    {
        _mostChunks = Math.Max(2, (limit / ChunkSize) + 1);
        // After one more chunk all of what it has not read is still kept.
        _mostBehind = (int)Math.Min(MostBehind, (_mostChunks - 2) * (long)ChunkSize);
    }

    /// <summary>Whether the console has ended; what was appended can still be read.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_lock)
                return _isEnded;
        }
    }

    /// <summary>A reader from the oldest byte that is kept, or from now on.</summary>
    public ConsoleReader Open(bool withHistory, bool holdsGuest)
    {
        lock (_lock)
        {
            var reader = new ConsoleReader(this) { Next = withHistory ? _start : _end };
            if (holdsGuest)
                _holding.Add(reader);
            return reader;
        }
    }

    /// <summary>Appends bytes and wakes the readers.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            while (bytes.Length > 0)
            {
                var at = (int)(_end % ChunkSize);
                if (at == 0)
                    _chunks.Add(NewChunk());
                var count = Math.Min(bytes.Length, ChunkSize - at);
                bytes[..count].CopyTo(_chunks[^1].AsSpan(at));
                bytes = bytes[count..];
                _end += count;
            }

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

        changed?.TrySetResult();
    }

    /// <summary>Completes when no reader that holds the guest is too far behind for up to a chunk more.</summary>
    public async Task WaitRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task taken;
            lock (_lock)
            {
                if (_holding.TrueForAll(reader => _end - reader.Next <= _mostBehind))
                    return;
                taken = (_taken ??= NewSignal()).Task;
            }

            await taken.WaitAsync(cancellationToken).ConfigureAwait(false);
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
        TaskCompletionSource? taken = null;
        var moved = 0;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(reader.IsClosed, reader);
            reader.Next = Math.Max(reader.Next, _start);
            while (moved < buffer.Length && reader.Next < _end)
            {
                var at = (int)(reader.Next % ChunkSize);
                var count = (int)Math.Min(Math.Min(ChunkSize - at, _end - reader.Next), buffer.Length - moved);
                _chunks[(int)((reader.Next - _start) / ChunkSize)].AsSpan(at, count).CopyTo(buffer[moved..]);
                moved += count;
                reader.Next += count;
            }

            if (moved == 0)
                return (0, _isEnded || buffer.IsEmpty ? null : (_changed ??= NewSignal()).Task);
            if (_end - reader.Next <= _mostBehind)
                (taken, _taken) = (_taken, null);
        }

        taken?.TrySetResult();
        return (moved, null);
    }

    /// <summary>How many bytes a reader can read without a wait.</summary>
    public long WaitingFor(ConsoleReader reader)
    {
        lock (_lock)
            return _end - Math.Max(reader.Next, _start);
    }

    /// <summary>Ends a reader and its pending wait.</summary>
    public void Close(ConsoleReader reader)
    {
        TaskCompletionSource? changed, taken;
        lock (_lock)
        {
            reader.IsClosed = true;
            _holding.Remove(reader);
            (changed, _changed) = (_changed, null);
            (taken, _taken) = (_taken, null);
        }

        changed?.TrySetResult();
        taken?.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The oldest chunk again where the limit is reached.</summary>
    private byte[] NewChunk()
    {
        if (_chunks.Count < _mostChunks)
            return new byte[ChunkSize];
        var oldest = _chunks[0];
        _chunks.RemoveAt(0);
        _start += ChunkSize;
        return oldest;
    }
}

/// <summary>A stream of a console's bytes, only to be read, and only asynchronously.</summary>
internal sealed class ConsoleReader(ConsoleBytes bytes) : Stream
{
    /// <summary>The position of the next byte; guarded by the lock of the bytes, as is the other property.</summary>
    public long Next { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>How many bytes can be read without a wait.</summary>
    public long Waiting => bytes.WaitingFor(this);

    public override bool CanRead => !IsClosed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a guest's console is read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            bytes.Close(this);
        base.Dispose(disposing);
    }
}
