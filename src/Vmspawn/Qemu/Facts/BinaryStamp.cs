using Vmspawn.Linux;

namespace Vmspawn.Qemu;

/// <summary>Identifies a version of a binary: a cached answer is valid only for the same stamp.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Modification time, in 100 ns since the year 1, UTC.</param>
/// <param name="Inode">Its inode: an upgrade writes a new file, even if the package sets the same modification time.</param>
internal readonly record struct BinaryStamp(string Path, long Size, long Modified, ulong Inode)
{
    /// <summary>What changes when a package of modules is installed or removed; 0 for a binary without modules.</summary>
    public long Modules { get; init; }

    /// <summary>The stamp of a binary, links followed; null when stat fails.</summary>
    public static BinaryStamp? Of(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            var facts = FileFacts.Of(file);
            return facts.Kind == FileKind.Regular
                ? new BinaryStamp(path, facts.Size, File.GetLastWriteTimeUtc(file).Ticks, facts.Identity.Inode)
                : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>The name of the cache file for this path, of fixed length; the reader compares the path inside the file.</summary>
    public string FileName(string prefix)
    {
        // FNV-1a: a collision only overwrites the other path's cache file.
        var hash = 0xcbf29ce484222325UL;
        foreach (var c in Path)
            hash = (hash ^ c) * 0x100000001b3UL;
        return $"{prefix}-{hash:x16}.json";
    }
}
