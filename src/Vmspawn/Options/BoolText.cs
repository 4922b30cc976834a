namespace Vmspawn.Options;

/// <summary>Booleans as systemd's parse_boolean accepts them (case-insensitive).</summary>
public static class BoolText
{
    private static readonly string[] Yes = ["1", "yes", "y", "true", "t", "on"];
    private static readonly string[] No = ["0", "no", "n", "false", "f", "off"];

    /// <summary>Parses a boolean.</summary>
    /// <param name="text">The text.</param>
    public static Parsed<bool> Parse(string text) =>
        Match(text) is { } value
            ? value
            : new Mistake("bool", "this is neither yes nor no", "use yes or no");

    /// <summary>The value of a word, or null when it is not a boolean.</summary>
    /// <param name="text">The text.</param>
    public static bool? Match(string text) =>
        Yes.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : No.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
        : null;
}
