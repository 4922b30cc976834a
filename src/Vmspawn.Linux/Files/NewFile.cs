using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Files and directories that nobody but their owner can use, whatever the umask; without .NET's own locks.</summary>
public static class NewFile
{
    private const uint FileMode = 0x180;
    private const uint DirectoryMode = 0x1c0;

    /// <summary>Creates a file, for reading and writing.</summary>
    /// <exception cref="LinuxException">Something has the name (EEXIST), or the directory is missing, full or not writable.</exception>
    public static SafeFileHandle Create(string path) => Open(path, Libc.O_CREAT | Libc.O_EXCL);

    /// <summary>Opens a file for reading and writing and creates it when it is not there. A symbolic link is not followed.</summary>
    /// <exception cref="LinuxException">It cannot be made or opened.</exception>
    public static SafeFileHandle OpenOrCreate(string path) => Open(path, Libc.O_CREAT);

    /// <summary>Creates a directory.</summary>
    /// <exception cref="LinuxException">Something has the name (EEXIST), or the parent is missing, full or not writable.</exception>
    public static void CreateDirectory(string path)
    {
        if (Libc.MakeDirectory(path, DirectoryMode) != 0)
            throw LinuxException.Last("mkdir", path);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var file = Libc.Open(path, flags | Libc.O_RDWR | Libc.O_NOFOLLOW | Libc.O_NOCTTY | Libc.O_CLOEXEC, FileMode);
        return file.IsInvalid ? throw LinuxException.Last("open", path) : file;
    }
}
