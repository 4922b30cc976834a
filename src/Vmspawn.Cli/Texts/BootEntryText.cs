using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--boot-entry=</c>: <c>auto</c>, or an entry's id with or without its suffix.</summary>
internal static class BootEntryText
{
    /// <summary>Parses an id; an empty value resets the option.</summary>
    public static Parsed<string?> Parse(string text) => text.Length == 0
        ? default(string)
        : text.Contains('/', StringComparison.Ordinal)
            ? new Mistake("boot-entry", "an entry's id is a file name, without a directory", "\"auto\" takes the best entry")
            : text;
}
