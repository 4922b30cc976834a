namespace Vmspawn.Resolve;

/// <summary>Names of terminal types.</summary>
internal static class TerminalName
{
    /// <summary>The name when it can stand on a kernel command line, else null.</summary>
    public static string? Valid(string? term) =>
        !string.IsNullOrEmpty(term) && term.Length <= 64 && term.All(IsNameCharacter) ? term : null;

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+';
}
