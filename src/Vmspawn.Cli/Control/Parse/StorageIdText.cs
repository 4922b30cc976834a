using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Ids of attached disks: at most 255 characters without control characters.</summary>
internal static class StorageIdText
{
    private const int MaxLength = 255;

    // A disk's serial number starts with the id and is shorter.
    private const int MaxMadeLength = 64;

    /// <summary>Parses an id.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return Wrong(text.Length == 0 ? "the id is empty" : $"an id has at most {MaxLength} characters");
        return !PlainText.IsPlain(text) ? Wrong("an id holds no control or format character") : text;
    }

    /// <summary>Derives an id from a file name: a letter, then letters, digits and <c>-._</c>, so that shells need no quoting.</summary>
    public static string Make(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (name.Length > MaxMadeLength)
            name = name[..MaxMadeLength];
        var made = string.Create(name.Length, name, static (characters, from) =>
        {
            for (var i = 0; i < characters.Length; i++)
                characters[i] = IsInner(from[i]) ? from[i] : '-';
        });
        return made.Length > 0 && char.IsAsciiLetter(made[0]) ? made : $"d{made}";
    }

    private static bool IsInner(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_';

    private static Mistake Wrong(string text) => new("storage-id", text, "use a short word");
}
