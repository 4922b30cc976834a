using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Connections by TCP to this host (tcp(7)).</summary>
public static class TcpConnection
{
    /// <summary>Connects a blocking socket to pass to another process.</summary>
    /// <param name="address">A loopback address: the kernel answers at once.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="LinuxException">Nothing listens there (ECONNREFUSED), or no descriptor is left (EMFILE).</exception>
    public static unsafe SafeFileHandle ConnectPlain(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        var bytes = IpSocketAddress.Encode(address, port);
        var socket = Libc.Socket(IpSocketAddress.Family(address), Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket");
        fixed (byte* start = bytes)
        {
            if (Libc.Connect(socket, start, (uint)bytes.Length) == 0)
                return socket;
        }

        var error = LinuxException.Last("connect", $"{address} port {port}");
        socket.Dispose();
        throw error;
    }
}
