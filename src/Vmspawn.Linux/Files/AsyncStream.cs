namespace Vmspawn.Linux;

/// <summary>
/// A stream of bytes that is used asynchronously only, and has neither a position nor a length. A stream overrides <c>ReadAsync</c> or
/// <c>WriteAsync</c> of memory, and says by <see cref="CanRead"/> and <see cref="CanWrite"/> which. Nothing is held back.
/// </summary>
public abstract class AsyncStream : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not supported.</summary>
    public override long Length => throw new NotSupportedException("the stream has no length");

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw new NotSupportedException("the stream has no position");
        set => throw new NotSupportedException("the stream has no position");
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("the stream is not read");

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("the stream is not written");

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <summary>Does nothing.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not supported: use the asynchronous way.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream is read asynchronously");

    /// <summary>Not supported: use the asynchronous way.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream is written asynchronously");

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the stream has no position");

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException("the stream has no length");
}
