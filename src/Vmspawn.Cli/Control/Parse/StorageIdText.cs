using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Names of attached disks: any text of at most 255 characters, none of them a control character.</summary>
internal static class StorageIdText
{
    private const int MaxLength = 255;

    // A disk's serial number begins with its name, and is shorter still.
    private const int MaxMadeLength = 64;

    /// <summary>Reads an id.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return Wrong(text.Length == 0 ? "the id is empty" : $"an id has at most {MaxLength} characters");
        return !PlainText.IsPlain(text) ? Wrong("an id holds no control or format character") : text;
    }

    /// <summary>An id for a file: its name, made of a letter and then letters, digits and <c>-._</c>, which no shell has to quote.</summary>
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
