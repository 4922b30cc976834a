using System.Globalization;

namespace Vmspawn.Pcie;

/// <summary>A device number and function on a bus as QEMU's <c>addr=</c> writes it; mostly on <c>pcie.0</c>.</summary>
/// <param name="Device">Device number, 0…31.</param>
/// <param name="Function">Function, 0…7.</param>
public readonly record struct RootAddress(int Device, int Function)
{
    /// <summary>Device and function in the eight bits of a configuration address.</summary>
    public int DevFn => (Device << 3) | Function;

    /// <summary>Whether device and function are in PCI's range.</summary>
    public bool InRange => Device is >= 0 and < 32 && Function is >= 0 and < 8;

    /// <summary>Hexadecimal device, a dot, the function: <c>10.3</c>.</summary>
    public override string ToString() => $"{Device:x2}.{Function:x}";

    /// <summary>
    /// Parses QEMU's <c>addr=</c>: <c>10</c>, <c>0x10</c> or <c>10.3</c>, hexadecimal either way. The range is not
    /// checked here: the planner reports an address out of range.
    /// </summary>
    /// <param name="text">The property's value.</param>
    /// <param name="address">The address, when the text is one.</param>
    /// <returns>False when the text is not an address.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out RootAddress address)
    {
        address = default;
        var dot = text.IndexOf('.');
        var function = 0;
        if (dot >= 0 && !Hex(text[(dot + 1)..], out function))
            return false;
        if (!Hex(dot >= 0 ? text[..dot] : text, out var device))
            return false;
        address = new RootAddress(device, function);
        return true;
    }

    private static bool Hex(ReadOnlySpan<char> digits, out int value)
    {
        if (digits.StartsWith("0x") || digits.StartsWith("0X"))
            digits = digits[2..];
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && value >= 0;
    }
}
