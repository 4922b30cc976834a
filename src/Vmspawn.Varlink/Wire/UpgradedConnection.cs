using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// A connection after an <c>upgrade</c> call: bytes of another protocol, starting after the reply. Bytes that arrived
/// early are received first, with their descriptors.
/// </summary>
public sealed class UpgradedConnection : IDisposable
{
    private readonly UnixConnection _connection;
    private readonly MessageReader _reader;

    internal UpgradedConnection(UnixConnection connection, MessageReader reader)
    {
        _connection = connection;
        _reader = reader;
    }

    /// <summary>The credentials of the peer.</summary>
    public PeerCredentials Peer => _connection.Peer;

    /// <inheritdoc cref="UnixConnection.ReceiveAsync"/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, DescriptorQueue received, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(received);
        if (buffer.IsEmpty)
            throw new ArgumentException("There must be room for a byte.", nameof(buffer));
        var early = _reader.TakeRaw(buffer.Span, received);
        return early > 0 ? ValueTask.FromResult(early) : _connection.ReceiveAsync(buffer, received, cancellationToken);
    }

    /// <inheritdoc cref="UnixConnection.SendAsync"/>
    public ValueTask SendAsync(
        ReadOnlyMemory<byte> data,
        IReadOnlyList<SafeHandle>? descriptors = null,
        CancellationToken cancellationToken = default) => _connection.SendAsync(data, descriptors, cancellationToken);

    /// <inheritdoc cref="UnixConnection.WaitPeerGoneAsync"/>
    public Task WaitPeerGoneAsync(CancellationToken cancellationToken = default) => _connection.WaitPeerGoneAsync(cancellationToken);

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        _reader.Dispose();
    }
}
