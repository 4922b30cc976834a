using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Opens files to pass to a child: without .NET's advisory locks, with errno, close-on-exec.</summary>
public static class OpenFile
{
    private const uint OwnerOnly = 0x180;

    /// <summary>Opens an existing file, block device, character device or fifo.</summary>
    /// <param name="path">The file.</param>
    /// <param name="writable">For reading and writing instead of reading only.</param>
    /// <exception cref="LinuxException">It does not exist or permission is denied.</exception>
    public static SafeFileHandle Open(string path, bool writable)
    {
        // Opened non-blocking, because opening a fifo without a writer would block for ever; the flag is removed afterwards.
        var access = (writable ? Libc.O_RDWR : Libc.O_RDONLY) | Libc.O_NOCTTY;
        var file = Libc.Open(path, access | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        if (file.IsInvalid)
            throw LinuxException.Last("open", path);
        var flags = Libc.FileControl(file, Libc.F_GETFL, 0);
        if (flags >= 0 && Libc.FileControl(file, Libc.F_SETFL, flags & ~Libc.O_NONBLOCK) >= 0)
            return file;
        var error = LinuxException.Last("fcntl", path);
        file.Dispose();
        throw error;
    }

    /// <summary>Opens an existing file for writing only: QEMU compares the access of a descriptor that it is given.</summary>
    /// <param name="path">A regular file.</param>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static SafeFileHandle WriteOnly(string path)
    {
        var file = Libc.Open(path, Libc.O_WRONLY | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        return file.IsInvalid ? throw LinuxException.Last("open", path) : file;
    }

    /// <summary>Opens a directory with O_PATH.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="followLink">Whether the path may end in a symbolic link.</param>
    /// <exception cref="LinuxException">It does not exist or is not a directory.</exception>
    public static SafeFileHandle Directory(string path, bool followLink = true)
    {
        var flags = Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC | (followLink ? 0 : Libc.O_NOFOLLOW);
        var directory = Libc.Open(path, flags, 0);
        return directory.IsInvalid ? throw LinuxException.Last("open", path) : directory;
    }

    /// <summary>Creates an anonymous file, readable and writable, which is deleted when it is closed.</summary>
    /// <param name="directory">A directory of the file system.</param>
    /// <exception cref="LinuxException">The directory is missing, full or not writable.</exception>
    public static SafeFileHandle Temporary(string directory)
    {
        var file = Libc.Open(directory, Libc.O_TMPFILE | Libc.O_RDWR | Libc.O_CLOEXEC, OwnerOnly);
        if (!file.IsInvalid)
            return file;
        // Not every file system supports O_TMPFILE (open(2)); kernels before it return EISDIR.
        return Libc.LastError is Errno.EOPNOTSUPP or Errno.EISDIR
            ? UnlinkedTemporary(directory)
            : throw LinuxException.Last("open", directory);
    }

    /// <summary>Duplicates a descriptor; the copy shares position, flags and locks.</summary>
    /// <exception cref="LinuxException">No descriptors are left.</exception>
    public static SafeFileHandle Duplicate(SafeFileHandle file)
    {
        var duplicate = Libc.FileControl(file, Libc.F_DUPFD_CLOEXEC, (nint)0);
        return duplicate >= 0 ? new SafeFileHandle(duplicate, ownsHandle: true) : throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)");
    }

    internal static unsafe SafeFileHandle UnlinkedTemporary(string directory)
    {
        var template = Encoding.UTF8.GetBytes(Path.Combine(directory, ".vmspawn-draft-XXXXXX\0"));
        fixed (byte* path = template)
        {
            var file = Libc.MakeTemporary(path, Libc.O_CLOEXEC);
            if (file.IsInvalid)
                throw LinuxException.Last("mkostemp", directory);
            _ = Libc.Unlink(path);
            return file;
        }
    }
}
