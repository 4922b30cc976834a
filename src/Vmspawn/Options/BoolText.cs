namespace Vmspawn.Options;

/// <summary>Yes and no, in systemd's words (parse_boolean: letter case does not matter).</summary>
internal static class BoolText
{
    private static readonly string[] Yes = ["1", "yes", "y", "true", "t", "on"];
    private static readonly string[] No = ["0", "no", "n", "false", "f", "off"];

    /// <summary>Reads a yes or a no.</summary>
    public static Parsed<bool> Parse(string text) =>
        Match(text) is { } value
            ? value
            : new Mistake("bool", "this is neither yes nor no", "say yes or no");

    /// <summary>The truth value of a word, or null when it is none.</summary>
    public static bool? Match(string text) =>
        Yes.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : No.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
        : null;
}
