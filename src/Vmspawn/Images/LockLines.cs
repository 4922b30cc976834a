using System.Globalization;

namespace Vmspawn.Images;

/// <summary>Parses the locks in <c>/proc/PID/fdinfo/FD</c> (proc_pid_fdinfo(5)) and <c>/proc/locks</c> (proc_locks(5)).</summary>
internal static class LockLines
{
    private const int Type = 1;
    private const int File = 5;
    private const int Start = 6;
    private const int End = 7;

    /// <summary>Whether an open-file-description lock covers a byte from <paramref name="first"/> to <paramref name="last"/>.</summary>
    /// <remarks>Lines: <c>N: OFDLCK ADVISORY READ -1 MAJOR:MINOR:INODE START END</c>, where END may be <c>EOF</c>.</remarks>
    /// <param name="text">The file's text; null means no locks.</param>
    /// <param name="prefix">The text before the number in lock lines.</param>
    /// <param name="inode">The locked file's inode.</param>
    /// <param name="first">First byte.</param>
    /// <param name="last">Last byte.</param>
    public static bool Any(ReadOnlySpan<char> text, string prefix, ulong inode, long first, long last)
    {
        foreach (var line in text.EnumerateLines())
        {
            if (line.StartsWith(prefix) && Matches(line[prefix.Length..], inode, first, last))
                return true;
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<char> line, ulong inode, long first, long last)
    {
        Span<Range> words = stackalloc Range[End + 2];
        if (line.SplitAny(words, " \t", StringSplitOptions.RemoveEmptyEntries) != End + 1)
            return false;
        if (!line[words[Type]].SequenceEqual("OFDLCK"))
            return false;
        var file = line[words[File]];
        return Number(file[(file.LastIndexOf(':') + 1)..]) is { } number && (ulong)number == inode
            && Number(line[words[Start]]) is { } from && from <= last
            && (line[words[End]].SequenceEqual("EOF") || (Number(line[words[End]]) is { } to && to >= first));
    }

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
