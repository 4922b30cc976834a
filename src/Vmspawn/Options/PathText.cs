namespace Vmspawn.Options;

/// <summary>Paths of the command line.</summary>
internal static class PathText
{
    /// <summary>Reads a path; nothing at all takes an earlier one back.</summary>
    public static Parsed<string?> Parse(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        return Utf16.IsWellFormed(text) && !text.Contains('\0')
            ? text
            : new Mistake("path", "this is not text in UTF-8", "rename the file, or use a symbolic link to it");
    }
}
