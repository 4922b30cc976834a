using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>A Varlink connection that was upgraded to plain bytes, as a stream that is only used asynchronously.</summary>
internal sealed class UpgradedStream(UpgradedConnection connection) : Stream
{
    // No descriptors are sent with the bytes; a received one ends the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await connection.ReceiveAsync(buffer, _none, cancellationToken).ConfigureAwait(false);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            // The other side has ended without reading all; everything it sent has been read.
            return 0;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.SendAsync(buffer, null, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("it is read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("it is written asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
            _none.Dispose();
        }

        base.Dispose(disposing);
    }
}
