using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>A listening stream socket of AF_VSOCK, for connections from virtual machines of this host (vsock(7)).</summary>
public sealed class VsockListener : IDisposable
{
    /// <summary>Lets the kernel choose a port.</summary>
    public const uint AnyPort = uint.MaxValue;

    private const int Queue = 32;
    private readonly SafeFileHandle _socket;
    private readonly Readiness _readiness;

    private VsockListener(SafeFileHandle socket, uint port)
    {
        _socket = socket;
        Port = port;
        _readiness = new Readiness(socket);
    }

    /// <summary>The port.</summary>
    public uint Port { get; }

    /// <summary>Listens on a port, or on any free one.</summary>
    /// <exception cref="LinuxException">The port is in use (EADDRINUSE), or the kernel has no AF_VSOCK (EAFNOSUPPORT).</exception>
    public static unsafe VsockListener Bind(uint port = AnyPort)
    {
        var socket = Libc.Socket(Libc.AF_VSOCK, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", "AF_VSOCK");
        try
        {
            Libc.VsockAddress address = new(uint.MaxValue, port);
            var length = Libc.VsockAddress.Size;
            if (Libc.Bind(socket, (byte*)&address, length) != 0)
                throw LinuxException.Last("bind", $"vsock port {port}");
            if (Libc.Listen(socket, Queue) != 0)
                throw LinuxException.Last("listen", $"vsock port {port}");
            if (Libc.GetSocketName(socket, (byte*)&address, &length) != 0)
                throw LinuxException.Last("getsockname", $"vsock port {port}");
            return new VsockListener(socket, address.Port);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next connection from one machine; connections from others are closed.</summary>
    /// <param name="cid">The machine's context id.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="LinuxException">No descriptor is available (EMFILE, ENFILE).</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed meanwhile.</exception>
    public async Task<UnixConnection> AcceptAsync(uint cid, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (socket, peer) = TryAccept();
            if (!socket.IsInvalid && peer == cid)
                return UnixConnection.Adopt(socket);
            socket.Dispose();
            if (peer is not null)
                continue;
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED))
                throw new LinuxException("accept", $"vsock port {Port}", errno);
            if (errno == Errno.EAGAIN)
                await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _readiness.Dispose();
        _socket.Dispose();
    }

    private unsafe (SafeFileHandle Socket, uint? Peer) TryAccept()
    {
        Libc.VsockAddress peer = default;
        var length = Libc.VsockAddress.Size;
        var socket = Libc.Accept(_socket, &peer, &length, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
        return (socket, socket.IsInvalid ? null : peer.Cid);
    }
}
