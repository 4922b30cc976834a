using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>The bytes under a QMP connection: what the client needs of a socket, and no more.</summary>
internal interface IQmpTransport : IAsyncDisposable
{
    /// <summary>Receives at least one byte, or 0 when the peer will send nothing more.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Sends all bytes; the descriptors go with the first of them. Never called twice at once.</summary>
    ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation);
}
