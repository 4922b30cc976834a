using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>A directory within which ".." and symbolic links are resolved as if it were the root (openat2(2), RESOLVE_IN_ROOT).</summary>
public sealed class ConfinedTree : IDisposable
{
    private readonly SafeFileHandle _root;

    private ConfinedTree(SafeFileHandle root) => _root = root;

    /// <summary>Opens a directory.</summary>
    /// <exception cref="LinuxException">It does not exist or is not a directory.</exception>
    public static ConfinedTree Open(string path) => new(OpenFile.Directory(path));

    /// <summary>Opens a file in it for reading; null when it, or a parent directory, does not exist.</summary>
    /// <param name="path">Path from its root.</param>
    /// <exception cref="LinuxException">Permission is denied, its links are cyclic, or the kernel is older than 5.6.</exception>
    public SafeFileHandle? OpenRead(string path) => Open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOCTTY);

    /// <summary>The names in a directory of it; empty when it does not exist.</summary>
    /// <param name="path">Path from its root.</param>
    /// <exception cref="LinuxException">Permission is denied, its links are cyclic, or the kernel is older than 5.6.</exception>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    public IReadOnlyList<string> Names(string path)
    {
        using var directory = Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        if (directory is null)
            return [];
        var self = $"/proc/self/fd/{directory.DangerousGetHandle()}/.";
        return [.. Directory.EnumerateFileSystemEntries(self).Select(entry => Path.GetFileName(entry))];
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private unsafe SafeFileHandle? Open(string path, int flags)
    {
        Libc.OpenHow how = new()
        {
            Flags = (ulong)(flags | Libc.O_CLOEXEC),
            Resolve = Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS,
        };
        var file = Libc.SystemCall(Libc.SYS_openat2, _root, path, &how, (nuint)sizeof(Libc.OpenHow));
        if (!file.IsInvalid)
            return file;
        var error = Libc.LastError;
        file.Dispose();
        return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw LinuxException.Last("openat2", path);
    }
}
