using System.Globalization;

namespace Vmspawn.Host;

/// <summary>The process's capabilities (capabilities(7)).</summary>
internal static class OwnCapabilities
{
    // linux/capability.h
    public const int NetAdmin = 12;
    public const int SysChroot = 18;
    public const int SysAdmin = 21;

    /// <summary>Whether a capability is in effect.</summary>
    public static bool Has(int capability)
    {
        var line = ProcFile.Lines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var effective)
            && (effective >> capability & 1) != 0;
    }
}
