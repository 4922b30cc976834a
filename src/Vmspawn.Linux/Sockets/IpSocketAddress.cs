using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Vmspawn.Linux;

/// <summary>Addresses of IPv4 and IPv6 as the system calls take them (ip(7), ipv6(7)).</summary>
internal static class IpSocketAddress
{
    public static int Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;

    /// <summary><c>struct sockaddr_in</c>: family, port, address; <c>struct sockaddr_in6</c>: family, port, flow, address, scope.</summary>
    public static byte[] Encode(IPAddress address, int port)
    {
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var bytes = new byte[isIPv6 ? 28 : 16];
        BitConverter.TryWriteBytes(bytes, (ushort)Family(address));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)port);
        address.GetAddressBytes().CopyTo(bytes, isIPv6 ? 8 : 4);
        if (isIPv6)
            BitConverter.TryWriteBytes(bytes.AsSpan(24), (uint)address.ScopeId);
        return bytes;
    }
}
