using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>A listening stream socket of AF_UNIX in the file system (unix(7)). Disposal removes its path.</summary>
public sealed class UnixListener : IDisposable
{
    private const int StreamFlags = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
    private const int Backlog = 128;

    private readonly SafeFileHandle _socket;
    private readonly Readiness _readiness;
    private readonly BoundSocket _bound;

    private UnixListener(SafeFileHandle socket, BoundSocket bound)
    {
        _socket = socket;
        _bound = bound;
        _readiness = new Readiness(socket);
    }

    /// <summary>The path of the socket.</summary>
    public string Path => _bound.Path;

    /// <summary>Creates the socket at a path that must not exist yet. It has that name only once it listens, so that a client that finds the name can connect.</summary>
    /// <param name="path">Of any length, its last component at most about 85 bytes.</param>
    /// <param name="mode">
    /// Who may connect (write permission), independently of the umask; the socket never has wider permissions.
    /// </param>
    /// <exception cref="LinuxException">The path exists (EADDRINUSE), or its directory does not (ENOENT).</exception>
    public static UnixListener Bind(string path, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var socket = Libc.Socket(Libc.AF_UNIX, StreamFlags, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", path);
        BoundSocket? bound = null;
        try
        {
            bound = BoundSocket.Listen(socket, path, mode, Backlog);
            return new UnixListener(socket, bound);
        }
        catch
        {
            bound?.Unlink();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next connection.</summary>
    /// <exception cref="LinuxException">No descriptor is available (EMFILE, ENFILE).</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed meanwhile.</exception>
    public async Task<UnixConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var socket = Libc.Accept(_socket, 0, 0, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
            if (!socket.IsInvalid)
                return UnixConnection.Adopt(socket);
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED))
                throw new LinuxException("accept", Path, errno);
            if (errno == Errno.EAGAIN)
                await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops listening and removes the path, unless another file has replaced it.</summary>
    public void Dispose()
    {
        if (_socket.IsClosed)
            return;
        _bound.Unlink();
        _readiness.Dispose();
        _socket.Dispose();
    }
}
