using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>The byte transport of a QMP connection, for connections that are not a <see cref="Linux.UnixConnection"/>.</summary>
public interface IQmpTransport : IAsyncDisposable
{
    /// <summary>Receives at least one byte.</summary>
    /// <param name="buffer">Receives them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Their number; 0 at the end of the stream.</returns>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends all bytes, and the descriptors with the first byte. Not called concurrently.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="descriptors">The descriptors, or null for none.</param>
    /// <param name="cancellationToken">Ends it; a part may have been sent.</param>
    ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellationToken);
}
