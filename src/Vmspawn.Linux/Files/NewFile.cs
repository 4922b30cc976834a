using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Creates files and directories with mode 0600 and 0700, independently of the umask; without .NET's advisory locks.</summary>
public static class NewFile
{
    private const uint FileMode = 0x180;
    private const uint DirectoryMode = 0x1c0;

    /// <summary>Creates a file, open for reading and writing.</summary>
    /// <exception cref="LinuxException">The name exists (EEXIST), or the directory is missing, full or not writable.</exception>
    public static SafeFileHandle Create(string path) => Open(path, Libc.O_CREAT | Libc.O_EXCL);

    /// <summary>Opens a file for reading and writing, and creates it if it does not exist. A symbolic link is not followed.</summary>
    /// <exception cref="LinuxException">It cannot be created or opened.</exception>
    public static SafeFileHandle OpenOrCreate(string path) => Open(path, Libc.O_CREAT);

    /// <summary>Creates a directory.</summary>
    /// <exception cref="LinuxException">The name exists (EEXIST), or the parent is missing, full or not writable.</exception>
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
