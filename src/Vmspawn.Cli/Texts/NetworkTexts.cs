using System.Globalization;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Names of the host's network interfaces.</summary>
internal static class InterfaceNameText
{
    /// <summary>IFNAMSIZ without its NUL (linux/if.h).</summary>
    public const int Longest = 15;

    /// <summary>Parses a name by the kernel's rules (dev_valid_name, net/core/dev.c).</summary>
    public static Parsed<string> Parse(string text) =>
        text.Length is 0 or > Longest || text is "." or ".." || text.Any(c => c is '/' or ':' or <= ' ' or > '~')
            ? new Mistake("interface-name", "this is not the name of a network interface", $"1 to {Longest} ASCII characters without blank, \"/\" and \":\"")
            : text;
}

/// <summary><c>$SYSTEMD_VMSPAWN_NETWORK_MAC</c>: six hexadecimal bytes separated by colons.</summary>
internal static class MacText
{
    /// <summary>Parses a unicast address that is not all zero.</summary>
    public static Parsed<string> Parse(string text)
    {
        var parts = text.Split(':');
        var bytes = new byte[6];
        var valid = parts.Length == bytes.Length;
        for (var i = 0; valid && i < bytes.Length; i++)
            valid = parts[i].Length == 2 && byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]);
        if (!valid)
            return new Mistake("mac", "this is not a MAC address", "write it like 52:54:00:12:34:56");
        return (bytes[0] & 1) != 0 || bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0
            ? new Mistake("mac-group", "this MAC address cannot belong to one interface", "the first byte must be even, and not all may be zero")
            : text.ToLowerInvariant();
    }
}
