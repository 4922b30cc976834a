using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>Waits for a peer that sends first, and leaves its bytes in the socket for the reader.</summary>
public static class FirstBytes
{
    /// <summary>Completes when there are bytes to read.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the peer has closed the connection instead.</returns>
    /// <exception cref="LinuxException">The connection has failed, such as with ECONNRESET.</exception>
    public static async Task<bool> ArriveAsync(SafeHandle socket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        using var readiness = new Readiness(socket);
        while (true)
        {
            await readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
            if (Peek(socket) is var count and >= 0)
                return count > 0;
            if (Libc.LastError is var errno && errno is not (Errno.EAGAIN or Errno.EINTR))
                throw new LinuxException("recv", null, errno);
        }
    }

    private static unsafe int Peek(SafeHandle socket)
    {
        byte first;
        return (int)Libc.Receive(socket, &first, 1, Libc.MSG_PEEK | Libc.MSG_DONTWAIT);
    }
}
