using System.Globalization;

namespace Vmspawn.Options;

/// <summary><c>--ram=SIZE[:MAX[:SLOTS]]</c>.</summary>
public static class RamText
{
    /// <summary>The limit of QEMU's PC and virt machines (ACPI_MAX_RAM_SLOTS).</summary>
    public const int MaxSlots = 256;

    private const long MiB = 1L << 20;

    /// <summary>Parses the three parts; sizes are rounded up to a MiB, and a MAX equal to SIZE disables hotplug.</summary>
    /// <param name="text">The text.</param>
    public static Parsed<RamSize> Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 3)
            return new Mistake("ram", "there are more than three parts", "write SIZE, SIZE:MAX or SIZE:MAX:SLOTS");
        var size = ParseMemory(parts[0]);
        if (size.Mistake is { } noSize)
            return noSize;
        if (parts.Length == 1)
            return new RamSize(size.Value);
        var max = ParseMemory(parts[1]);
        if (max.Mistake is { } noMax)
            return noMax;
        if (max.Value < size.Value)
            return new Mistake("ram-max", $"the maximum {parts[1]} is less than the size {parts[0]}", "write SIZE:MAX with MAX at least SIZE");
        var slots = 1;
        if (parts.Length == 3 && !(parts[2].All(char.IsAsciiDigit) && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out slots) && slots is >= 1 and <= MaxSlots))
            return new Mistake("ram-slots", $"the number of memory slots is not a whole number from 1 to {MaxSlots}", $"give a number from 1 to {MaxSlots}");
        return max.Value == size.Value ? new RamSize(size.Value) : new RamSize(size.Value, max.Value, slots);
    }

    private static Parsed<long> ParseMemory(string text)
    {
        var size = SizeText.Parse(text);
        if (size.Mistake is not null)
            return size;
        if (size.Value == 0)
            return new Mistake("ram-zero", "a machine needs memory", "the default is 2G");
        if (size.Value > long.MaxValue - (MiB - 1))
            return new Mistake("size-overflow", "this is too much when rounded up to a MiB");
        return (size.Value + MiB - 1) / MiB * MiB;
    }
}
