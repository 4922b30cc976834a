using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A connected stream socket of AF_UNIX with descriptor passing (unix(7)). One receive and one send may run
/// at the same time, but not two of either.
/// </summary>
public sealed class UnixConnection : IDisposable, IAsyncDisposable
{
    private const int StreamFlags = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC;
    private readonly SafeFileHandle _socket;
    private readonly Readiness _readiness;

    private UnixConnection(SafeFileHandle socket)
    {
        _socket = socket;
        _readiness = new Readiness(socket);
    }

    /// <summary>The credentials of the peer.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public unsafe PeerCredentials Peer
    {
        get
        {
            Libc.Credentials peer;
            var length = (uint)sizeof(Libc.Credentials);
            if (Libc.GetSocketOption(_socket, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &peer, &length) != 0)
                throw LinuxException.Last("getsockopt");
            return new PeerCredentials(peer.UserId, peer.GroupId, peer.ProcessId);
        }
    }

    /// <summary>Takes ownership of a connected stream socket, such as one received or inherited, even if this fails.</summary>
    /// <exception cref="LinuxException">The descriptor cannot be watched.</exception>
    public static UnixConnection Adopt(SafeFileHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            return new UnixConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a listener, waiting while its queue is full.</summary>
    /// <param name="path">Path of the socket, of any length.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="LinuxException">Nothing listens there (ECONNREFUSED, ENOENT) or permission is denied (EACCES).</exception>
    public static async Task<UnixConnection> ConnectAsync(string path, CancellationToken cancellationToken = default)
    {
        using var address = UnixAddress.For(path);
        var socket = Libc.Socket(Libc.AF_UNIX, StreamFlags | Libc.SOCK_NONBLOCK, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", path);
        try
        {
            // connect(2) returns EAGAIN for a full queue, and there is no notification when it has room.
            for (var wait = 1; TryConnect(socket, address) is var errno && errno != Errno.None; wait = Math.Min(wait * 2, 50))
            {
                if (errno != Errno.EAGAIN && errno != Errno.EINTR)
                    throw new LinuxException("connect", path, errno);
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }
            return new UnixConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects a blocking socket to pass to a child process.</summary>
    /// <param name="path">Path of the socket, of any length.</param>
    /// <exception cref="LinuxException">Nothing listens there (ECONNREFUSED, ENOENT) or permission is denied (EACCES).</exception>
    public static SafeFileHandle ConnectPlain(string path)
    {
        using var address = UnixAddress.For(path);
        var socket = Libc.Socket(Libc.AF_UNIX, StreamFlags, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", path);
        Errno errno;
        do
            errno = TryConnect(socket, address);
        while (errno == Errno.EINTR);
        if (errno == Errno.None)
            return socket;
        socket.Dispose();
        throw new LinuxException("connect", path, errno);
    }

    /// <summary>Creates two connected sockets: one for this process, and a blocking one to pass to a child process.</summary>
    /// <exception cref="LinuxException">No descriptors or memory are left.</exception>
    public static (UnixConnection Ours, SafeFileHandle Theirs) CreatePair()
    {
        var (ours, theirs) = SocketPair.Create();
        try
        {
            return (Adopt(ours), theirs);
        }
        catch
        {
            theirs.Dispose();
            throw;
        }
    }

    /// <summary>Receives available bytes, or waits for some.</summary>
    /// <param name="buffer">Receives the bytes; not empty.</param>
    /// <param name="received">Receives the descriptors that came with these bytes.</param>
    /// <param name="cancellationToken">Cancels the wait; nothing is lost.</param>
    /// <returns>The number of bytes, or 0 when the peer has closed its end.</returns>
    /// <exception cref="LinuxException">
    /// The peer closed without reading all data (ECONNRESET), or sent descriptors that could not be received (EMFILE,
    /// EMSGSIZE).
    /// </exception>
    public async ValueTask<int> ReceiveAsync(
        Memory<byte> buffer,
        DescriptorQueue received,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(received);
        if (buffer.IsEmpty)
            throw new ArgumentException("There must be room for a byte.", nameof(buffer));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = SocketMessage.Receive(_socket, buffer.Span, received);
            if (count >= 0)
                return count;
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR))
                throw new LinuxException("recvmsg", null, errno);
            if (errno == Errno.EAGAIN)
                await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Completes when the peer has closed its socket in both directions, also while received bytes are unread. End of file alone
    /// does not tell: a peer that shut down only its sending side can still receive. May run beside a receive and a send.
    /// </summary>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public Task WaitPeerGoneAsync(CancellationToken cancellationToken = default) => _readiness.WaitHangUpAsync(cancellationToken);

    /// <summary>Sends all bytes, and the descriptors with the first byte.</summary>
    /// <param name="data">At least one byte when there are descriptors.</param>
    /// <param name="descriptors">At most 253; the caller keeps them.</param>
    /// <param name="cancellationToken">Cancels the wait. Part of the data may have been sent: close the connection.</param>
    /// <exception cref="LinuxException">The peer has closed the connection (EPIPE, ECONNRESET).</exception>
    public async ValueTask SendAsync(
        ReadOnlyMemory<byte> data,
        IReadOnlyList<SafeHandle>? descriptors = null,
        CancellationToken cancellationToken = default)
    {
        var count = descriptors?.Count ?? 0;
        if (count > Libc.SCM_MAX_FD || (count > 0 && data.IsEmpty))
            throw new ArgumentException("At most 253 descriptors go with at least one byte.", nameof(descriptors));
        using var borrowed = new BorrowedDescriptors(descriptors);
        for (var first = true; !data.IsEmpty;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sent = SocketMessage.Send(_socket, data.Span, first ? borrowed.Numbers : []);
            if (sent >= 0)
            {
                data = data[sent..];
                first = false;
                continue;
            }
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR))
                throw new LinuxException("sendmsg", null, errno);
            if (errno == Errno.EAGAIN)
                await _readiness.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the socket; pending waits throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _readiness.Dispose();
        _socket.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static unsafe Errno TryConnect(SafeFileHandle socket, UnixAddress address)
    {
        fixed (byte* bytes = address.Bytes)
            return Libc.Connect(socket, bytes, (uint)address.Bytes.Length) == 0 ? Errno.None : Libc.LastError;
    }
}
