using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>Receives bytes and the descriptors that came with them, as <see cref="UnixConnection.ReceiveAsync"/> does.</summary>
internal delegate ValueTask<int> ReceiveBytes(Memory<byte> buffer, DescriptorQueue received, CancellationToken cancellation);

/// <summary>Sends bytes and descriptors, as <see cref="UnixConnection.SendAsync"/> does.</summary>
internal delegate ValueTask SendBytes(ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation);

/// <summary>QMP over a unix socket, or over what was made of one.</summary>
internal sealed class UnixQmpTransport(ReceiveBytes receive, SendBytes send, Action close) : IQmpTransport
{
    // A monitor sends no descriptors: one that came would be refused, and end the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public UnixQmpTransport(UnixConnection connection)
        : this(connection.ReceiveAsync, connection.SendAsync, connection.Dispose)
    {
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await receive(buffer, _none, cancellation);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            // All that it sent has been read by now; it went without reading what we sent, as a killed QEMU does.
            return 0;
        }
    }

    public ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation) =>
        send(bytes, descriptors, cancellation);

    public ValueTask DisposeAsync()
    {
        _none.Dispose();
        close();
        return ValueTask.CompletedTask;
    }
}
