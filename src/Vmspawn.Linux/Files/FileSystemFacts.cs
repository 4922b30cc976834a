using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The file system of an open file (statfs(2)).</summary>
/// <param name="IsInMemory">tmpfs or ramfs: its content is in memory, and direct I/O is not supported.</param>
/// <param name="AvailableBytes">Free space for unprivileged users.</param>
public readonly record struct FileSystemFacts(bool IsInMemory, ulong AvailableBytes)
{
    /// <summary>Queries the file system of an open file or directory.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe FileSystemFacts Of(SafeHandle file)
    {
        Libc.FileSystemBuffer found;
        if (Libc.FileSystemStatus(file, &found) != 0)
            throw LinuxException.Last("fstatfs");
        var inMemory = found.Type is Libc.TMPFS_MAGIC or Libc.RAMFS_MAGIC;
        return new FileSystemFacts(inMemory, found.Available * (ulong)found.FragmentSize);
    }
}
