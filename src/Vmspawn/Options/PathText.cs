namespace Vmspawn.Options;

/// <summary>Paths of the command line.</summary>
internal static class PathText
{
    /// <summary>A path that is not UTF-8: .NET has put a replacement character in place of its bytes, so that it names another file.</summary>
    public static Mistake NotText { get; } = new("path", "this is not text in UTF-8", "rename the file, or use a symbolic link to it");

    /// <summary>Reads a path; an empty one takes an earlier one back.</summary>
    public static Parsed<string?> Parse(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        return Utf16.IsWellFormed(text) && !text.Contains('\0') ? text : NotText;
    }
}
