namespace Vmspawn.Options;

/// <summary><c>--ram=SIZE[:MAX[:SLOTS]]</c>.</summary>
internal static class RamText
{
    /// <summary>The limit of QEMU's PC and virt machines (ACPI_MAX_RAM_SLOTS).</summary>
    public const int MaxSlots = 256;

    private const long MiB = 1L << 20;

    /// <summary>Parses the three parts; sizes are rounded up to a MiB, and a MAX equal to SIZE disables hotplug.</summary>
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
        var slots = parts.Length == 3 ? CountText.Parse(parts[2], 1, MaxSlots) : 1;
        if (slots.Mistake is { } noSlots)
            return noSlots with { Code = "ram-slots", Text = $"the number of memory slots: {noSlots.Text}" };
        return max.Value == size.Value ? new RamSize(size.Value) : new RamSize(size.Value, max.Value, slots.Value);
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
