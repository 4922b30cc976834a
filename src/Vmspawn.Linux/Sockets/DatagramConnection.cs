using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>One end of a pair of connected datagram sockets of AF_UNIX (unix(7)). One receive may run beside any number of sends.</summary>
public sealed class DatagramConnection : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly Readiness _readiness;

    private DatagramConnection(SafeFileHandle socket)
    {
        _socket = socket;
        _readiness = new Readiness(socket);
    }

    /// <summary>Creates both ends, blocking and close-on-exec.</summary>
    /// <exception cref="LinuxException">No descriptors or memory are left.</exception>
    public static (SafeFileHandle One, SafeFileHandle Other) CreatePair() => SocketPair.Create(Libc.SOCK_DGRAM);

    /// <summary>Takes ownership of a socket, such as one that was received, even if this fails.</summary>
    /// <exception cref="LinuxException">It is no datagram socket of AF_UNIX (ENOTSOCK, EPROTOTYPE), or it cannot be watched.</exception>
    public static DatagramConnection Adopt(SafeFileHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            if (Option(socket, Libc.SO_DOMAIN) != Libc.AF_UNIX || Option(socket, Libc.SO_TYPE) != Libc.SOCK_DGRAM)
                throw new LinuxException("getsockopt", "this is no datagram socket", Errno.EPROTOTYPE);
            return new DatagramConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a datagram. Descriptors that come with it are closed by the kernel.</summary>
    /// <param name="buffer">Receives it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Its length; more than the buffer has when its end was cut off.</returns>
    /// <exception cref="LinuxException">The socket has failed.</exception>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Receive(buffer.Span) is >= 0 and var count)
                return count;
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR))
                throw new LinuxException("recv", null, errno);
            if (errno == Errno.EAGAIN)
                await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a datagram.</summary>
    /// <param name="data">At least one byte: an empty datagram means the end to some receivers.</param>
    /// <returns>False when it was not sent: the receiver's queue is full, or it is gone.</returns>
    public bool TrySend(ReadOnlySpan<byte> data) => !data.IsEmpty && !_socket.IsClosed && SocketMessage.Send(_socket, data, []) == data.Length;

    /// <summary>Closes the socket; a pending receive throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _readiness.Dispose();
        _socket.Dispose();
    }

    private unsafe int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
            return (int)Libc.Receive(_socket, start, (nuint)buffer.Length, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
    }

    private static unsafe int Option(SafeFileHandle socket, int name)
    {
        int value;
        var length = (uint)sizeof(int);
        if (Libc.GetSocketOption(socket, Libc.SOL_SOCKET, name, &value, &length) != 0)
            throw LinuxException.Last("getsockopt");
        return value;
    }
}
