namespace Vmspawn.Options;

/// <summary><c>--extra-drive=[FORMAT:][DISKTYPE:]PATH</c>.</summary>
internal static class ExtraDriveText
{
    /// <summary>Reads a drive; a prefix that is neither a format nor a disk type belongs to the path, colons and all.</summary>
    public static Parsed<ExtraDrive> Parse(string text)
    {
        var path = text;
        var format = TakePrefix(ref path, DiskText.Formats) ?? ImageFormat.Raw;
        var type = TakePrefix(ref path, DiskText.Types);
        if (path.Length == 0)
            return new Mistake("extra-drive", "there is no path", "write [FORMAT:][DISKTYPE:]PATH");
        return new ExtraDrive(path, format, type);
    }

    private static T? TakePrefix<T>(ref string path, (string Word, T Value)[] known)
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
