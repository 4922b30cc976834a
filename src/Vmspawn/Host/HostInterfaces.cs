namespace Vmspawn.Host;

/// <summary>The network interfaces of the process's network namespace.</summary>
internal static class HostInterfaces
{
    /// <summary>All names. Read from /proc, which shows the process's namespace; a mounted /sys may show another one.</summary>
    public static IReadOnlySet<string> Names() =>
        File.ReadLines("/proc/self/net/dev")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[0].Trim())
            .ToHashSet();
}
