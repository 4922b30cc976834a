using System.Globalization;

namespace Vmspawn.Pcie;

/// <summary>The address of a function in the guest: bus, device and function in PCI domain 0.</summary>
/// <param name="Bus">Bus number assigned by firmware, 0…255.</param>
/// <param name="Device">Device number on that bus, 0…31.</param>
/// <param name="Function">Function of that device, 0…7.</param>
public readonly record struct PciAddress(int Bus, int Device, int Function)
{
    /// <summary>The address as Linux names it in <c>/sys/bus/pci/devices</c>, such as <c>0000:03:00.0</c>.</summary>
    public override string ToString() => $"0000:{Bus:x2}:{Device:x2}.{Function}";

    /// <summary>Parses <c>0000:03:00.0</c>, or <c>03:00.0</c> without the domain.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address, if the text is valid.</param>
    /// <returns>False when the text is not an address in domain 0.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out PciAddress address)
    {
        address = default;
        if (text.Length == 12 && text.StartsWith("0000:"))
            text = text[5..];
        if (text.Length != 7 || text[2] != ':' || text[5] != '.')
            return false;
        if (!Hex(text[..2], out var bus) || !Hex(text[3..5], out var device) || !Hex(text[6..], out var function))
            return false;
        if (device > 31 || function > 7)
            return false;
        address = new PciAddress(bus, device, function);
        return true;
    }

    private static bool Hex(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
