using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--publish=[ADDR:]HOSTPORT:GUESTPORT[/tcp|/udp]</c>; an IPv6 address is in brackets.</summary>
internal static class PublishText
{
    private const string Form = "write [ADDR:]HOSTPORT:GUESTPORT[/udp], such as 8080:80 or 0.0.0.0:2222:22";

    /// <summary>Parses a port; the default address is loopback.</summary>
    public static Parsed<PublishedPort> Parse(string text)
    {
        var ports = text;
        var isUdp = false;
        if (text.LastIndexOf('/') is >= 0 and var slash)
        {
            isUdp = text[(slash + 1)..] == "udp";
            if (!isUdp && text[(slash + 1)..] != "tcp")
                return new Mistake("publish-protocol", "a published port is tcp or udp", Form);
            ports = text[..slash];
        }

        if (ports.LastIndexOf(':') is not (> 0 and var before))
            return new Mistake("publish", "this names no pair of ports", Form);
        var host = ports[..before];
        var address = IPAddress.Loopback;
        if (host.LastIndexOf(':') is >= 0 and var colon)
        {
            if (Address(host[..colon]) is not { } given)
                return new Mistake("publish-address", $"\"{host[..colon]}\" is not an IP address", Form);
            address = given;
            host = host[(colon + 1)..];
        }

        return Port(host, 0) is { } hostPort && Port(ports[(before + 1)..], 1) is { } guestPort
            ? new PublishedPort(address, hostPort, guestPort, isUdp)
            : new Mistake("publish-port", "a port is a number up to 65535, and only the host's may be 0, which takes a free one", Form);
    }

    private static IPAddress? Address(string text)
    {
        if (text is ['[', .. var inside, ']'])
            return IPAddress.TryParse(inside, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6 ? six : null;
        // Reject shorthands such as "1" for 0.0.0.1: a mistyped port number would be parsed as an address.
        return IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == text ? four : null;
    }

    private static int? Port(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port >= least && port <= ushort.MaxValue ? port : null;
}
