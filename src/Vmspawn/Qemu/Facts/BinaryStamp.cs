using Vmspawn.Linux;

namespace Vmspawn.Qemu;

/// <summary>What tells one state of a binary from another: when any of it differs, what is remembered is forgotten.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Time of the last change, in 100 ns since the year 1, UTC.</param>
/// <param name="Inode">Its inode: an upgrade writes a new file, also when it keeps the times of a package.</param>
internal readonly record struct BinaryStamp(string Path, long Size, long Modified, ulong Inode)
{
    /// <summary>The state that a binary is in, links followed; null when it cannot be looked at.</summary>
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

    /// <summary>A file name of fixed length for what is remembered of this path; the path inside the file is what counts.</summary>
    public string FileName(string prefix)
    {
        // FNV-1a: spreads paths over names. Nothing hangs on its strength.
        var hash = 0xcbf29ce484222325UL;
        foreach (var c in Path)
            hash = (hash ^ c) * 0x100000001b3UL;
        return $"{prefix}-{hash:x16}.json";
    }
}
