using System.Text;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The name of a machine's TAP device, and whether it can be created.</summary>
internal static class TapResolver
{
    /// <summary>IFNAMSIZ without its NUL (linux/if.h).</summary>
    private const int LongestName = 15;

    /// <summary>The number of digits of a hash that distinguish shortened names.</summary>
    private const int HashLength = 4;

    public static TapLink Resolve(int index, string? bridge, string? machine, HostFacts? host, List<Problem> problems)
    {
        var name = Name(index == 0 ? $"vt-{machine}" : $"vt-{machine}-{index}");
        if (host is not null)
            Check(name, bridge, host, problems);
        return new TapLink(name, bridge, host?.HasVhostNet ?? false);
    }

    /// <summary>The name, or its start followed by digits of its hash if it is too long for an interface.</summary>
    internal static string Name(string full) => full.Length <= LongestName
        ? full
        : full[..(LongestName - HashLength)] + Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(full)))[..HashLength];

    private static void Check(string name, string? bridge, HostFacts host, List<Problem> problems)
    {
        const string subject = "--network-tap";
        var interfaces = HostInterfaces.Names();
        if (!host.HasTun)
            problems.Add(new Problem("no-tun", subject, "/dev/net/tun cannot be opened", "load the module tun, or use --network-user-mode"));
        else if (!interfaces.Contains(name) && !host.MayAdministerNetwork)
            problems.Add(new Problem("tap-not-permitted", subject, $"making the interface {name} takes the capability CAP_NET_ADMIN",
                $"run as root, have root make it by \"ip tuntap add dev {name} mode tap user {host.Uid}\", or use --network-user-mode"));
        if (bridge is not null && !interfaces.Contains(bridge))
            problems.Add(new Problem("no-bridge", $"--network-bridge={bridge}", "there is no such interface", $"make it by \"ip link add {bridge} type bridge\""));
    }
}
