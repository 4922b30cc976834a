using Vmspawn.Linux;

namespace Vmspawn.Firmware;

/// <summary>The descriptor files of several directories, as one list.</summary>
/// <param name="Paths">The effective files, sorted by file name.</param>
/// <param name="Masked">Empty files, which mask files of the same name in less specific directories.</param>
internal sealed record DescriptorFiles(IReadOnlyList<string> Paths, IReadOnlyList<string> Masked)
{
    private const string Pattern = "*.json";

    /// <summary>Lists the files; missing or unreadable directories count as empty.</summary>
    /// <param name="directories">The most specific first.</param>
    public static DescriptorFiles List(IEnumerable<string> directories)
    {
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            foreach (var path in Files(directory))
                byName.TryAdd(Path.GetFileName(path), path);
        }

        var masked = byName.Values.Where(IsMask).ToList();
        return new DescriptorFiles([.. byName.Values.Except(masked)], masked);
    }

    private static string[] Files(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, Pattern);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether a file masks others: an empty file, or a link to <c>/dev/null</c>.</summary>
    private static bool IsMask(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            return FileFacts.Of(file) is { Size: 0, Kind: FileKind.Regular or FileKind.Other };
        }
        catch (LinuxException)
        {
            // The reader of the file reports the error.
            return false;
        }
    }
}
