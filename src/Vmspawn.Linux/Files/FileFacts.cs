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
    /// <summary>Queries an open file.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe FileFacts Of(SafeHandle file)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx");
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
        var size = kind switch
        {
            FileKind.Regular => (long)found.Size,
            FileKind.Block => Capacity(file),
            _ => 0,
        };
        var modified = (found.ModifiedSeconds * 1_000_000_000) + found.ModifiedNanoseconds;
        return new FileFacts(kind, size, identity, found.UserId, found.GroupId, (UnixFileMode)(found.Mode & 0xfff), modified);
    }

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

    /// <summary>The bytes that a file occupies on its file system: less than its size if it has holes.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe long AllocatedBytes(SafeHandle file)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx");
        // The unit of st_blocks does not depend on the file system (stat(3type)).
        return (long)found.Blocks * 512;
    }

    private static ulong Device(uint major, uint minor) => ((ulong)major << 32) | minor;

    private static unsafe long Capacity(SafeHandle device)
    {
        long size;
        return Libc.Control(device, Libc.BLKGETSIZE64, &size) == 0 ? size : throw LinuxException.Last("ioctl(BLKGETSIZE64)");
    }
}
