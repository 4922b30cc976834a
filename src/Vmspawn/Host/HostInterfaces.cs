using System.Globalization;

namespace Vmspawn.Host;

/// <summary>The host's network interfaces, those of our own network namespace.</summary>
internal static class HostInterfaces
{
    /// <summary>linux/capability.h.</summary>
    private const int NetAdmin = 12;

    /// <summary>All names. Read from /proc, which follows our namespace where a mounted /sys may be another's.</summary>
    public static IReadOnlySet<string> Names() =>
        File.ReadLines("/proc/self/net/dev")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[0].Trim())
            .ToHashSet();

    /// <summary>Whether we have CAP_NET_ADMIN (capabilities(7)).</summary>
    public static bool MayAdminister()
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var effective)
            && (effective >> NetAdmin & 1) != 0;
    }
}
