using System.Net;

namespace Vmspawn.Options;

/// <summary><c>--publish=</c>: a port of the host that leads into the guest.</summary>
/// <param name="Address">Where the host listens.</param>
/// <param name="HostPort">1 to 65535, or 0 for any that is free.</param>
/// <param name="GuestPort">1 to 65535.</param>
/// <param name="IsUdp">UDP, or else TCP.</param>
public sealed record PublishedPort(IPAddress Address, int HostPort, int GuestPort, bool IsUdp)
{
    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    public string Protocol => IsUdp ? "udp" : "tcp";

    /// <summary>The value as it would be given.</summary>
    public override string ToString() => $"{new IPEndPoint(Address, HostPort)}:{GuestPort}/{Protocol}";
}
