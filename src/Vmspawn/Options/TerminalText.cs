namespace Vmspawn.Options;

/// <summary><c>$TERM</c> as it may go onto the guest's kernel command line.</summary>
internal static class TerminalText
{
    private const int MaxLength = 64;

    /// <summary>The name when it is one of a terminfo entry (letters, digits and <c>-._+</c>), else null: it is no wish of the user's,
    /// so a bad one is left out rather than refused.</summary>
    public static string? Accept(string? term)
    {
        if (term is null or "" || term.Length > MaxLength)
            return null;
        foreach (var c in term)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '.' and not '_' and not '+')
                return null;
        }

        return term;
    }
}
