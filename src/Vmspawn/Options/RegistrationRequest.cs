namespace Vmspawn.Options;

/// <summary>How the machine is registered with the host's systemd.</summary>
public sealed record RegistrationRequest
{
    /// <summary>Whether registration with systemd-machined is required, attempted, or skipped.</summary>
    public Tristate Register { get; init; } = Tristate.Auto;

    /// <summary><c>--keep-unit</c>: the machine stays in the unit that vmspawn runs in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary><c>--slice=</c>: the slice of its scope unit, a full unit name; null for <c>machine.slice</c>.</summary>
    public string? Slice { get; init; }

    /// <summary><c>--property=</c>: settings of its scope unit, in the order given.</summary>
    public IReadOnlyList<UnitProperty> Properties { get; init; } = [];

    /// <summary>Whether a scope unit is required.</summary>
    public bool NeedsScope => !KeepUnit && (Slice is not null || Properties.Count > 0);
}

/// <summary>A setting of a unit, as in unit files.</summary>
/// <param name="Name">Such as <c>MemoryMax</c>.</param>
/// <param name="Value">Its text; an empty value resets the setting.</param>
public sealed record UnitProperty(string Name, string Value);

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
