using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>The byte transport of a QMP connection.</summary>
internal interface IQmpTransport : IAsyncDisposable
{
    /// <summary>Receives at least one byte; 0 at the end of the stream.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends all bytes, and the descriptors with the first byte. Not called concurrently.</summary>
    ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellationToken);
}
