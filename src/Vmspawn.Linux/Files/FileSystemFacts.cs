using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>What holds an open file (statfs(2)).</summary>
/// <param name="IsInMemory">tmpfs or ramfs: its content is memory, and direct I/O makes no sense.</param>
/// <param name="AvailableBytes">What an unprivileged user may still write.</param>
public readonly record struct FileSystemFacts(bool IsInMemory, ulong AvailableBytes)
{
    /// <summary>Looks at the file system of an open file or directory.</summary>
    /// <exception cref="LinuxException">The kernel does not say.</exception>
    public static unsafe FileSystemFacts Of(SafeHandle file)
    {
        Libc.FileSystemBuffer found;
        if (Libc.FileSystemStatus(file, &found) != 0)
            throw LinuxException.Last("fstatfs");
        var inMemory = found.Type is Libc.TMPFS_MAGIC or Libc.RAMFS_MAGIC;
        return new FileSystemFacts(inMemory, found.Available * (ulong)found.FragmentSize);
    }
}
