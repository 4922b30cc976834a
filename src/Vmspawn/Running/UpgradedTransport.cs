using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>QMP over a Varlink connection that was upgraded to it.</summary>
internal sealed class UpgradedTransport(UpgradedConnection connection) : IQmpTransport
{
    // A monitor sends no descriptors; a received one ends the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await connection.ReceiveAsync(buffer, _none, cancellation).ConfigureAwait(false);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            // The machine's server has ended without reading all commands; everything it sent has been read.
            return 0;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation) =>
        connection.SendAsync(bytes, descriptors, cancellation);

    public ValueTask DisposeAsync()
    {
        _none.Dispose();
        connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
