using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>A Varlink connection that was upgraded to plain bytes, as a stream that is only used asynchronously.</summary>
internal sealed class UpgradedStream(UpgradedConnection connection) : AsyncStream
{
    // No descriptors are sent with the bytes; a received one ends the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public override bool CanRead => true;

    public override bool CanWrite => true;

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

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.SendAsync(buffer, null, cancellationToken);

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
