using System.Net.Sockets;

namespace Vmspawn.SystemTests.Harness;

/// <summary>A service manager's end of <c>$NOTIFY_SOCKET</c>.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket(Scratch scratch)
    {
        Path = scratch.Own("notify");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
        Heard = new Transcript();
        _ = Heard.Follow(ReadAsync);
    }

    public string Path { get; }

    /// <summary>Every message, one a line.</summary>
    public Transcript Heard { get; }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            var count = await _socket.ReceiveAsync(buffer[..^1], cancellation);
            buffer.Span[count] = (byte)'\n';
            return count + 1;
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
