using System.Net;
using System.Net.Sockets;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Ports of the host: whether they can be had, and which are free.</summary>
internal static class HostPorts
{
    /// <summary>The same ports, with a free number in place of each 0.</summary>
    public static IReadOnlyList<PublishedPort> Choose(IReadOnlyList<PublishedPort> wished, bool mayBeIPv6, List<Problem> problems)
    {
        // Held until all are chosen, so that no number is chosen twice.
        var held = new List<Socket>();
        try
        {
            return [.. wished.Select(port => Choose(port, mayBeIPv6, held, problems))];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }

    private static PublishedPort Choose(PublishedPort port, bool mayBeIPv6, List<Socket> held, List<Problem> problems)
    {
        if (port.Address.AddressFamily == AddressFamily.InterNetworkV6 && !mayBeIPv6)
        {
            problems.Add(new Problem("publish-ipv6", $"--publish={port}", "QEMU's user-mode network listens on IPv4 addresses only", "install passt, or name an IPv4 address of this host"));
            return port;
        }

        try
        {
            var socket = new Socket(port.Address.AddressFamily, port.IsUdp ? SocketType.Dgram : SocketType.Stream, port.IsUdp ? ProtocolType.Udp : ProtocolType.Tcp);
            held.Add(socket);
            socket.Bind(new IPEndPoint(port.Address, port.HostPort));
            if (!port.IsUdp)
                socket.Listen(1);
            return port with { HostPort = ((IPEndPoint)socket.LocalEndPoint!).Port };
        }
        catch (SocketException error)
        {
            problems.Add(new Problem("publish-port", $"--publish={port}", $"the host's port cannot be had: {FailureReason.Of(error)}", Hint(error.SocketErrorCode)));
            return port;
        }
    }

    private static string? Hint(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "choose another, or 0 for a free one",
        SocketError.AccessDenied => "ports below 1024 are root's: choose a higher one",
        SocketError.AddressNotAvailable => "the address must be one of this host",
        _ => null,
    };
}
