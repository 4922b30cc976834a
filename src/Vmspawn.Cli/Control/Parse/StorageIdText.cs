using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Names of attached disks, as QEMU takes ids: a letter, then letters, digits and <c>-._</c>.</summary>
/// <remarks>Held short, since node names, which at most 31 characters fit into, are made from them (QAPI, BlockdevOptions).</remarks>
internal static class StorageIdText
{
    /// <summary>Most characters of an id that is made up here.</summary>
    public const int MaxMadeLength = 24;

    /// <summary>Reads an id. How long it may be is the machine's to say.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length == 0)
            return Wrong("the id is empty");
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is ' ' or ',' or '/' or '=')
                return Wrong("an id holds no blank, comma, slash or equals sign");
        }

        return text;
    }

    /// <summary>An id for a file: its name, with what an id cannot hold replaced.</summary>
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

    private static Mistake Wrong(string text) => new("storage-id", text, "use letters, digits and -._");
}
