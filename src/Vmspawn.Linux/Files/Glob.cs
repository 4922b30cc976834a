namespace Vmspawn.Linux;

/// <summary>Patterns with <c>*</c>, <c>?</c> and <c>[…]</c> (glob(7)).</summary>
public static class Glob
{
    /// <summary>Whether all of a text fits a pattern, as fnmatch(3) without flags has it: case counts, and no character is special.</summary>
    /// <param name="pattern">The pattern; one that holds a NUL fits nothing.</param>
    /// <param name="text">The text; one that holds a NUL fits nothing.</param>
    public static bool Matches(string pattern, string text)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(text);
        return !pattern.Contains('\0', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            && Libc.FileNameMatch(pattern, text, 0) == 0;
    }
}
