using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The type of an open file.</summary>
public enum FileKind
{
    /// <summary>Character device, fifo, socket or anything else.</summary>
    Other,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A block device.</summary>
    Block,

    /// <summary>A directory.</summary>
    Directory,
}

/// <summary>Identifies a file independently of its names: equal for two opens of the same file.</summary>
/// <param name="Device">The file system's device number; for a block device its own number.</param>
/// <param name="Inode">The inode number; 0 for a block device.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>The metadata of an open file (statx(2)).</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Size">Bytes; for a block device its capacity; 0 for other types.</param>
/// <param name="Identity">Its identity.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Modified">Modification time, in nanoseconds since 1970.</param>
public readonly record struct FileFacts(FileKind Kind, long Size, FileIdentity Identity, uint UserId, uint GroupId, UnixFileMode Mode, long Modified)
{
    /// <summary>
    /// The time of the last change of content, owner, permissions or names, in nanoseconds since 1970. The kernel sets it, and no program can set it back as it
    /// can <see cref="Modified"/>.
    /// </summary>
    public long Changed { get; init; }

    /// <summary>The bytes that the file takes on its file system: fewer than its size if it has holes.</summary>
    public long Occupied { get; init; }

    /// <summary>Queries an open file.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe FileFacts Of(SafeHandle file)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx");
        return Of(found, found.IsBlock ? Capacity(file) : (long)found.Size);
    }

    /// <summary>Queries a path, of a symbolic link the link itself. It needs no descriptor and no permission to read the file.</summary>
    /// <remarks>The size of a block device is 0.</remarks>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe FileFacts OfName(string path)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx", path);
        return Of(found, found.IsBlock ? 0 : (long)found.Size);
    }

    private static FileFacts Of(in Libc.StatXBuffer found, long size)
    {
        var kind = (found.Mode & Libc.S_IFMT) switch
        {
            Libc.S_IFREG => FileKind.Regular,
            Libc.S_IFBLK => FileKind.Block,
            Libc.S_IFDIR => FileKind.Directory,
            _ => FileKind.Other,
        };
        FileIdentity identity = kind == FileKind.Block
            ? new(Device(found.SpecialMajor, found.SpecialMinor), 0)
            : new(Device(found.DeviceMajor, found.DeviceMinor), found.Inode);
        var known = kind is FileKind.Regular or FileKind.Block ? size : 0;
        return new FileFacts(kind, known, identity, found.UserId, found.GroupId, (UnixFileMode)(found.Mode & 0xfff), Time(found.ModifiedSeconds, found.ModifiedNanoseconds))
        {
            Changed = Time(found.ChangedSeconds, found.ChangedNanoseconds),
            Occupied = (long)found.Blocks * 512,
        };
    }

    private static long Time(long seconds, uint nanoseconds) => (seconds * 1_000_000_000) + nanoseconds;

    /// <summary>Whether a path, links followed, leads to an open file. It needs no descriptor.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe bool IsNamed(SafeHandle file, string path)
    {
        Libc.StatXBuffer open, named;
        if (Libc.StatX(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &open) != 0)
            throw LinuxException.Last("statx", path);
        if (Libc.StatX(Libc.AT_FDCWD, path, 0, Libc.STATX_BASIC_STATS, &named) != 0)
            return Libc.LastError == Errno.ENOENT ? false : throw LinuxException.Last("statx", path);
        return (open.DeviceMajor, open.DeviceMinor, open.Inode) == (named.DeviceMajor, named.DeviceMinor, named.Inode);
    }

    private static ulong Device(uint major, uint minor) => ((ulong)major << 32) | minor;

    private static unsafe long Capacity(SafeHandle device)
    {
        long size;
        return Libc.Control(device, Libc.BLKGETSIZE64, &size) == 0 ? size : throw LinuxException.Last("ioctl(BLKGETSIZE64)");
    }
}
