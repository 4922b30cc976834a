namespace Vmspawn.Options;

/// <summary>Names of users and groups, as systemd takes them on the strict side: what other programs understand too.</summary>
internal static class UserNameText
{
    private const int MaxLength = 31;

    /// <summary>Reads a name; nothing at all takes those before back.</summary>
    public static Parsed<string?> Parse(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        return text.Length <= MaxLength && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? text
            : new Mistake("user-name", $"a name begins with a letter, has letters, digits, _ and -, and at most {MaxLength} of them");
    }
}
