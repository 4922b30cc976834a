using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Client;

/// <summary>QMP over a connection that was Varlink's before.</summary>
internal sealed class UpgradedQmpTransport(UpgradedConnection connection) : IQmpTransport
{
    // A monitor sends no descriptors: one that came would be refused, and end the connection.
    private readonly DescriptorQueue _none = new(capacity: 0);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await connection.ReceiveAsync(buffer, _none, cancellation);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
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
