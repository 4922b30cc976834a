using System.Text;
using Vmspawn.Images;

namespace Vmspawn.Resolve;

/// <summary>MAC addresses that stay the same from run to run.</summary>
internal static class MacAddress
{
    /// <summary>A unicast, locally administered address (IEEE 802, "U/L" and "I/G" bits), derived from a name.</summary>
    public static string Derive(string name)
    {
        var bytes = Sha256.Hash(Encoding.UTF8.GetBytes($"vmspawn mac {name}"))[..6];
        bytes[0] = (byte)(bytes[0] & 0xfe | 0x02);
        return string.Join(':', bytes.Select(value => value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
