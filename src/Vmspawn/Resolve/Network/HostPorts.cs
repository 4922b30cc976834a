using System.Net.Sockets;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Checks whether ports of the host are available, and finds free ones.</summary>
internal static class HostPorts
{
    /// <summary>The same ports, with a free number in place of each 0.</summary>
    public static IReadOnlyList<PublishedPort> Choose(IReadOnlyList<PublishedPort> requested, bool mayBeIPv6, List<Problem> problems)
    {
        // Reserved until all are chosen, so that no number is chosen twice.
        var held = new List<HeldPort>();
        try
        {
            return [.. requested.Select(port => Choose(port, mayBeIPv6, held, problems))];
        }
        finally
        {
            held.ForEach(port => port.Dispose());
        }
    }

    private static PublishedPort Choose(PublishedPort port, bool mayBeIPv6, List<HeldPort> held, List<Problem> problems)
    {
        if (port.Address.AddressFamily == AddressFamily.InterNetworkV6 && !mayBeIPv6)
        {
            problems.Add(new Problem("publish-ipv6", $"--publish={port}", "QEMU's user-mode network listens on IPv4 addresses only", "install passt, or name an IPv4 address of this host"));
            return port;
        }

        try
        {
            held.Add(HeldPort.Take(port.Address, port.HostPort, port.IsUdp));
            return port with { HostPort = held[^1].Number };
        }
        catch (LinuxException error)
        {
            problems.Add(new Problem("publish-port", $"--publish={port}", $"the host's port cannot be had: {FailureReason.Of(error.Errno)}", Hint(error.Errno)));
            return port;
        }
    }

    private static string? Hint(Errno error) => error switch
    {
        Errno.EADDRINUSE => "choose another, or 0 for a free one",
        Errno.EACCES => "ports below 1024 are root's: choose a higher one",
        Errno.EADDRNOTAVAIL => "the address must be one of this host",
        _ => null,
    };
}
