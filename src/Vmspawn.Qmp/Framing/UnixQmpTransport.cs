using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>Receives bytes and the descriptors that came with them, as <see cref="UnixConnection.ReceiveAsync"/> does.</summary>
internal delegate ValueTask<int> ReceiveBytes(Memory<byte> buffer, DescriptorQueue received, CancellationToken cancellationToken);

/// <summary>Sends bytes and descriptors, as <see cref="UnixConnection.SendAsync"/> does.</summary>
internal delegate ValueTask SendBytes(ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellationToken);

/// <summary>QMP over a UNIX socket, or a connection that was upgraded to QMP.</summary>
internal sealed class UnixQmpTransport(ReceiveBytes receive, SendBytes send, Action close) : IQmpTransport
{
    // A monitor sends no descriptors; a received one ends the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public UnixQmpTransport(UnixConnection connection)
        : this(connection.ReceiveAsync, connection.SendAsync, connection.Dispose)
    {
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await receive(buffer, _none, cancellationToken).ConfigureAwait(false);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            // ECONNRESET: everything it sent has been read; it ended without reading all commands, as a killed QEMU does.
            return 0;
        }
    }

    public ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellationToken) =>
        send(bytes, descriptors, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _none.Dispose();
        close();
        return ValueTask.CompletedTask;
    }
}
