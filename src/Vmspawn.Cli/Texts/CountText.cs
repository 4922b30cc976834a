using System.Globalization;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Decimal integers without sign or blanks.</summary>
internal static class CountText
{
    /// <summary>Parses a number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Parsed<int> Parse(string text, int min, int max)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            return new Mistake("number", "this is not a whole number", $"give a number from {min} to {max}");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : new Mistake("number-range", $"this is not between {min} and {max}", $"give a number from {min} to {max}");
    }
}
