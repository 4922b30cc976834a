using System.Globalization;

namespace Vmspawn.Options;

/// <summary>Time spans in the syntax of systemd's settings: <c>90</c> (seconds), <c>2min 30s</c>, <c>infinity</c> (systemd.time(7)).</summary>
internal static class TimeSpanText
{
    /// <summary>USEC_INFINITY.</summary>
    private const ulong Infinity = ulong.MaxValue;

    private static readonly (string Unit, double Microseconds)[] Units =
    [
        ("us", 1), ("usec", 1), ("ms", 1e3), ("msec", 1e3), ("s", 1e6), ("sec", 1e6), ("second", 1e6), ("seconds", 1e6), ("", 1e6),
        ("m", 60e6), ("min", 60e6), ("minute", 60e6), ("minutes", 60e6), ("h", 3600e6), ("hr", 3600e6), ("hour", 3600e6), ("hours", 3600e6),
        ("d", 86400e6), ("day", 86400e6), ("days", 86400e6), ("w", 604800e6), ("week", 604800e6), ("weeks", 604800e6),
    ];

    /// <summary>The time span in microseconds, or null when the text is invalid.</summary>
    public static ulong? Microseconds(string text)
    {
        if (text == "infinity")
            return Infinity;
        var total = 0.0;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return null;
        while (!rest.IsEmpty)
        {
            var digits = LengthOf(rest, c => char.IsAsciiDigit(c) || c == '.');
            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..].TrimStart();
            var letters = LengthOf(rest, char.IsAsciiLetter);
            if (UnitOf(rest[..letters]) is not { } unit)
                return null;
            total += number * unit;
            rest = rest[letters..].TrimStart();
        }

        return total < Infinity ? (ulong)total : null;
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
            length++;
        return length;
    }

    private static double? UnitOf(ReadOnlySpan<char> name)
    {
        foreach (var (unit, microseconds) in Units)
        {
            if (name.SequenceEqual(unit))
                return microseconds;
        }

        return null;
    }
}
