using Vmspawn.Linux;

namespace Vmspawn.Snapshots;

/// <summary>A file as it was when the snapshot was taken: a change of its bytes changes its size or its time.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Inode">Its inode number, since programs that replace a file can give it any time; 0 for a block device.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970; 0 for a block device, which has no such time.</param>
internal sealed record FileStamp(string Path, ulong Inode, long Size, long Modified)
{
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    public static FileStamp Of(string path)
    {
        using var file = OpenFile.Open(path, writable: false);
        var facts = FileFacts.Of(file);
        return new FileStamp(path, facts.Identity.Inode, facts.Size, facts.Kind == FileKind.Block ? 0 : facts.Modified);
    }

    /// <summary>Why it is not the file that it was, or null when it is.</summary>
    public string? WhyChanged()
    {
        try
        {
            var now = Of(Path);
            return now == this ? null
                : now.Size != Size ? $"has {now.Size} bytes now, and had {Size} when the snapshot was taken"
                : now.Modified == Modified ? "was replaced by another file after the snapshot was taken"
                : $"was written to at {DateTimeOffset.UnixEpoch.AddTicks(now.Modified / 100):yyyy-MM-dd HH:mm:ss}Z, after the snapshot was taken";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be opened: {FailureReason.Of(error)}";
        }
    }
}
