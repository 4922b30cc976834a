using System.Net;

namespace Vmspawn.Options;

/// <summary><c>--publish=</c>: a port of the host that is forwarded to the guest.</summary>
/// <param name="Address">The host address to listen on.</param>
/// <param name="HostPort">1 to 65535, or 0 for any free port.</param>
/// <param name="GuestPort">1 to 65535.</param>
/// <param name="IsUdp">UDP instead of TCP.</param>
public sealed record PublishedPort(IPAddress Address, int HostPort, int GuestPort, bool IsUdp)
{
    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    public string Protocol => IsUdp ? "udp" : "tcp";

    /// <summary>The value in the option's syntax.</summary>
    public override string ToString() => $"{new IPEndPoint(Address, HostPort)}:{GuestPort}/{Protocol}";
}
