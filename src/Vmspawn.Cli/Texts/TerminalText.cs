namespace Vmspawn.Cli.Texts;

/// <summary><c>$TERM</c>, checked before it is put on the guest's kernel command line.</summary>
internal static class TerminalText
{
    private const int MaxLength = 64;

    /// <summary>The name if it is valid for a terminfo entry (letters, digits and <c>-._+</c>), else null: the user did not request it,
    /// so an invalid one is ignored instead of refused.</summary>
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
