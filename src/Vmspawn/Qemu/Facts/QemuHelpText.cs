using System.Globalization;

namespace Vmspawn.Qemu;

/// <summary>Parses QEMU's help output. Unknown lines are skipped.</summary>
internal static class QemuHelpText
{
    /// <summary>The version in the first line of <c>-version</c>; null when there is none.</summary>
    public static QemuVersion? Version(ReadOnlySpan<char> text)
    {
        const string Before = "version ";
        var at = text.IndexOf(Before, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var rest = text[(at + Before.Length)..];
        return TakeNumber(ref rest) is { } major && TakeNumber(ref rest) is { } minor
            ? new QemuVersion(major, minor, TakeNumber(ref rest) ?? 0)
            : null;
    }

    /// <summary>The drivers of <c>-device help</c>, with the bus type of each; empty for a driver without a bus.</summary>
    public static Dictionary<string, string> Drivers(ReadOnlySpan<char> text)
    {
        var drivers = new Dictionary<string, string>(512);
        foreach (var line in text.EnumerateLines())
        {
            if (Quoted(line, "name \"") is not { IsEmpty: false } name)
                continue;
            var bus = Between(line, "\", bus ", ',').ToString();
            drivers[name.ToString()] = bus;
            if (Quoted(line, ", alias \"") is { IsEmpty: false } alias)
                drivers[alias.ToString()] = bus;
        }

        return drivers;
    }

    /// <summary>The first word of each line except the headline: machine types of <c>-machine help</c>, accelerators of <c>-accel help</c>.</summary>
    public static HashSet<string> Names(ReadOnlySpan<char> text)
    {
        var names = new HashSet<string>();
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsEmpty || line[0] == ' ' || line[^1] == ':')
                continue;
            var end = line.IndexOf(' ');
            names.Add((end < 0 ? line : line[..end]).ToString());
        }

        return names;
    }

    /// <summary>The target of each alias in <c>-machine help</c>: <c>q35 … (alias of pc-q35-7.2)</c>.</summary>
    public static Dictionary<string, string> Aliases(ReadOnlySpan<char> text)
    {
        var aliases = new Dictionary<string, string>();
        foreach (var line in text.EnumerateLines())
        {
            var name = Between(line, "(alias of ", ')');
            if (!name.IsEmpty && line.IndexOf(' ') is > 0 and var end)
                aliases[line[..end].ToString()] = name.ToString();
        }

        return aliases;
    }

    /// <summary>The absolute paths of <c>-L help</c>, one per line, in order, without duplicates.</summary>
    public static List<string> Directories(ReadOnlySpan<char> text)
    {
        var directories = new List<string>();
        foreach (var line in text.EnumerateLines())
        {
            if (!line.StartsWith('/'))
                continue;
            var directory = Path.GetFullPath(line.ToString());
            if (!directories.Contains(directory))
                directories.Add(directory);
        }

        return directories;
    }

    /// <summary>The only word of each indented line: object types of <c>-object help</c>.</summary>
    public static HashSet<string> IndentedNames(ReadOnlySpan<char> text)
    {
        var names = new HashSet<string>();
        foreach (var line in text.EnumerateLines())
        {
            var word = line.Trim();
            if (line.StartsWith("  ") && !word.IsEmpty && !word.Contains(' '))
                names.Add(word.ToString());
        }

        return names;
    }

    /// <summary>The lines that consist of one word: display types of <c>-display help</c>, among sentences.</summary>
    public static HashSet<string> OwnLines(ReadOnlySpan<char> text)
    {
        var names = new HashSet<string>();
        foreach (var line in text.EnumerateLines())
        {
            if (!line.IsEmpty && !line.Contains(' '))
                names.Add(line.ToString());
        }

        return names;
    }

    private static int? TakeNumber(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
            length++;
        if (!int.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        text = text[length..];
        if (text.StartsWith("."))
            text = text[1..];
        return number;
    }

    private static ReadOnlySpan<char> Quoted(ReadOnlySpan<char> line, string before) => Between(line, before, '"');

    private static ReadOnlySpan<char> Between(ReadOnlySpan<char> line, string before, char after)
    {
        var at = line.IndexOf(before, StringComparison.Ordinal);
        if (at < 0)
            return default;
        var rest = line[(at + before.Length)..];
        var end = rest.IndexOf(after);
        return end < 0 ? rest : rest[..end];
    }
}
