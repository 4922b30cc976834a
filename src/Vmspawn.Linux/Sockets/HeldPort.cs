using System.Buffers.Binary;
using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>A TCP or UDP port of this host, reserved until the disposal (ip(7), ipv6(7)).</summary>
public sealed class HeldPort : IDisposable
{
    private readonly SafeFileHandle _socket;

    private HeldPort(SafeFileHandle socket, int number)
    {
        _socket = socket;
        Number = number;
    }

    /// <summary>1 to 65535.</summary>
    public int Number { get; }

    /// <summary>Takes a port.</summary>
    /// <param name="address">An address of this host, IPv4 or IPv6.</param>
    /// <param name="port">The port, or 0 for one that is free.</param>
    /// <param name="isUdp">UDP, or else TCP.</param>
    /// <exception cref="LinuxException">It is in use (EADDRINUSE), permission is denied (EACCES), the address is another host's (EADDRNOTAVAIL), or no descriptor is left (EMFILE).</exception>
    public static HeldPort Take(IPAddress address, int port, bool isUdp)
    {
        ArgumentNullException.ThrowIfNull(address);
        var bytes = IpSocketAddress.Encode(address, port);
        var socket = Libc.Socket(IpSocketAddress.Family(address), (isUdp ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM) | Libc.SOCK_CLOEXEC, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket");
        try
        {
            return new HeldPort(socket, Bind(socket, bytes, isListening: !isUdp));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Releases the port.</summary>
    public void Dispose() => _socket.Dispose();

    private static unsafe int Bind(SafeFileHandle socket, byte[] address, bool isListening)
    {
        fixed (byte* start = address)
        {
            var length = (uint)address.Length;
            if (Libc.Bind(socket, start, length) != 0)
                throw LinuxException.Last("bind");
            // Two sockets of TCP may share a port until one of them listens.
            if (isListening && Libc.Listen(socket, 1) != 0)
                throw LinuxException.Last("listen");
            if (Libc.GetSocketName(socket, start, &length) != 0)
                throw LinuxException.Last("getsockname");
        }

        return BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(sizeof(ushort)));
    }
}
