using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Names of users and groups by systemd's strict rules, which other programs accept too.</summary>
internal static class UserNameText
{
    private const int MaxLength = 31;

    /// <summary>Parses a name; an empty value resets the list.</summary>
    public static Parsed<string?> Parse(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        return text.Length <= MaxLength && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? text
            : new Mistake("user-name", $"a name begins with a letter, has letters, digits, _ and -, and at most {MaxLength} of them");
    }
}
