using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--extra-drive=[persist:][FORMAT:][DISKTYPE:]PATH</c>.</summary>
internal static class ExtraDriveText
{
    private static readonly (string Word, bool Value)[] Persist = [("persist", true)];

    /// <summary>Parses a drive; an unknown or repeated prefix is part of the path, as are its colons.</summary>
    public static Parsed<ExtraDrive> Parse(string text)
    {
        var path = text;
        bool? persist = null;
        ImageFormat? format = null;
        DiskType? type = null;
        while ((persist is null && (persist = TakePrefix(ref path, Persist)) is not null)
            || (format is null && (format = TakePrefix(ref path, OptionWords.ImageFormats)) is not null)
            || (type is null && (type = TakePrefix(ref path, OptionWords.DiskTypes)) is not null))
        {
        }

        if (path.Length == 0)
            return new Mistake("extra-drive", "there is no path", "write [persist:][FORMAT:][DISKTYPE:]PATH, the prefixes in any order");
        return new ExtraDrive(path, format ?? ImageFormat.Raw, type, persist ?? false);
    }

    private static T? TakePrefix<T>(ref string path, IReadOnlyList<(string Word, T Value)> known)
        where T : struct
    {
        foreach (var (word, value) in known)
        {
            if (path.Length > word.Length && path[word.Length] == ':' && path.StartsWith(word, StringComparison.Ordinal))
            {
                path = path[(word.Length + 1)..];
                return value;
            }
        }

        return null;
    }
}
