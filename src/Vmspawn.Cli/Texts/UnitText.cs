using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Names and settings of systemd's units.</summary>
internal static class UnitText
{
    private const string SliceSuffix = ".slice";

    /// <summary>UNIT_NAME_MAX of systemd.</summary>
    private const int Longest = 255;

    /// <summary>Parses the name of a slice, with or without its suffix; an empty value resets the option.</summary>
    public static Parsed<string?> Slice(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        var name = text.EndsWith(SliceSuffix, StringComparison.Ordinal) ? text : text + SliceSuffix;
        var stem = name[..^SliceSuffix.Length];
        // Each hyphen separates a slice from its parent slice (systemd.slice(5)).
        var wellFormed = stem == "-"
            || (stem.Length > 0 && stem.All(IsUnitCharacter) && !stem.StartsWith('-') && !stem.EndsWith('-') && !stem.Contains("--", StringComparison.Ordinal));
        return wellFormed && name.Length <= Longest
            ? name
            : new Mistake("slice", "this is not the name of a slice", "write it like machine-web.slice");
    }

    /// <summary>Parses <c>NAME=VALUE</c>.</summary>
    public static Parsed<UnitProperty> Property(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && text.AsSpan(0, equals).IndexOfAnyExcept(Letters) < 0
            ? new UnitProperty(text[..equals], text[(equals + 1)..])
            : new Mistake("unit-property", "this is not a setting of a unit", "write NAME=VALUE, such as MemoryMax=4G");
    }

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    // VALID_CHARS of systemd's unit-name.c, without the @ of instances.
    private static bool IsUnitCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '.' or '\\';
}
