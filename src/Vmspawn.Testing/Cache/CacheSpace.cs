using Vmspawn.Linux;

namespace Vmspawn.Testing.Cache;

/// <summary>The bound of the cache: entries that were used least recently are removed.</summary>
internal static class CacheSpace
{
    /// <summary>Removes entries until all of them occupy no more than a limit. Entries in use stay.</summary>
    /// <param name="entries">All entries.</param>
    /// <param name="limit">Bytes.</param>
    /// <param name="remove">Removes one; false when it is in use.</param>
    public static void Keep(IEnumerable<string> entries, long limit, Func<string, bool> remove)
    {
        var known = entries.Select(path => (Path: path, Bytes: Occupied(path), Used: CacheEntry.LastUse(path))).OrderBy(entry => entry.Used).ToList();
        var sum = known.Sum(entry => entry.Bytes);
        foreach (var entry in known.TakeWhile(_ => sum > limit))
        {
            if (remove(entry.Path))
                sum -= entry.Bytes;
        }
    }

    /// <summary>The bytes on the disk: memory files have holes.</summary>
    private static long Occupied(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Sum(path => FileFacts.OfName(path).Occupied);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is being removed.
            return 0;
        }
    }
}
