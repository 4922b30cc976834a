using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>QMP over a unix socket.</summary>
internal sealed class UnixQmpTransport(UnixConnection connection) : IQmpTransport
{
    // QEMU sends no descriptors: one that came would be refused, and end the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await connection.ReceiveAsync(buffer, _none, cancellation);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            // All that it sent has been read by now; it went without reading what we sent, as a killed QEMU does.
            return 0;
        }
    }

    public ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation) =>
        connection.SendAsync(bytes, descriptors, cancellation);

    public ValueTask DisposeAsync()
    {
        _none.Dispose();
        return connection.DisposeAsync();
    }
}
