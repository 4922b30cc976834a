namespace Vmspawn.Linux;

/// <summary>Patterns with <c>*</c>, <c>?</c> and <c>[…]</c> (glob(7)).</summary>
public static class Glob
{
    /// <summary>Whether a whole text matches a pattern, as fnmatch(3) without flags: case-sensitive, and slashes and leading dots are not special.</summary>
    /// <param name="pattern">The pattern; one with a NUL matches nothing.</param>
    /// <param name="text">The text; one with a NUL matches nothing.</param>
    public static bool Matches(string pattern, string text)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(text);
        return !pattern.Contains('\0', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            && Libc.FileNameMatch(pattern, text, 0) == 0;
    }
}
