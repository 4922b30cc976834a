namespace Vmspawn.Host;

/// <summary>The host's network interfaces, those of our own network namespace.</summary>
internal static class HostInterfaces
{
    /// <summary>All names. Read from /proc, which follows our namespace where a mounted /sys may be another's.</summary>
    public static IReadOnlySet<string> Names() =>
        File.ReadLines("/proc/self/net/dev")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[0].Trim())
            .ToHashSet();
}
