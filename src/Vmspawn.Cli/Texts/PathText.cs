using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Paths on the command line.</summary>
internal static class PathText
{
    /// <summary>The path is not valid UTF-8: .NET has replaced the invalid bytes, so the string would name another file.</summary>
    public static Mistake NotText { get; } = new("path", "this is not text in UTF-8", "rename the file, or use a symbolic link to it");

    /// <summary>Parses a path; an empty value resets the option.</summary>
    public static Parsed<string?> Parse(string text)
    {
        if (text.Length == 0)
            return (string?)null;
        return PlainText.IsWellFormed(text) && !text.Contains('\0') ? text : NotText;
    }
}
