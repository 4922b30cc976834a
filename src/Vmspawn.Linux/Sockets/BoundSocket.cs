using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Binds a listening socket to a path with a given mode, and removes the path again.</summary>
internal sealed class BoundSocket
{
    private readonly Libc.StatXBuffer _identity;

    private BoundSocket(string path, Libc.StatXBuffer identity)
    {
        Path = path;
        _identity = identity;
    }

    public string Path { get; }

    /// <summary>
    /// Binds the socket to a random name in the same directory, listens, and renames it without replacing anything: a client that finds the
    /// path can connect. The random name stays in /proc/net/unix; a process that is killed before the renaming leaves it in the directory.
    /// </summary>
    /// <param name="socket">Neither bound nor listening.</param>
    /// <param name="path">Its name.</param>
    /// <param name="mode">The mode of the path: who may connect.</param>
    /// <param name="backlog">Connections that may wait to be accepted.</param>
    /// <exception cref="LinuxException">The path exists (EADDRINUSE), or its directory does not (ENOENT).</exception>
    public static BoundSocket Listen(SafeFileHandle socket, string path, UnixFileMode mode, int backlog)
    {
        // Throws for a path that no client could connect to.
        using (UnixAddress.For(path))
        {
        }

        var draft = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? "", $".{RandomNumber.Next():x16}");
        var isNamed = false;
        try
        {
            var identity = Bind(socket, draft, path, mode);
            if (Libc.Listen(socket, backlog) != 0)
                throw LinuxException.Last("listen", path);
            isNamed = FinalName.TryGive(draft, path);
            return isNamed ? new BoundSocket(path, identity) : throw new LinuxException("bind", path, Errno.EADDRINUSE);
        }
        finally
        {
            if (!isNamed)
                _ = Libc.Unlink(draft);
        }
    }

    private static Libc.StatXBuffer Bind(SafeFileHandle socket, string draft, string path, UnixFileMode mode)
    {
        using var address = UnixAddress.For(draft);
        // bind(2) takes the mode from the unbound socket, minus the umask.
        if (Libc.ChangeMode(socket, (uint)mode) != 0)
            throw LinuxException.Last("fchmod", path);
        Bind(socket, address, path);
        using var node = OpenNode(draft, path);
        var found = Inspect(node, path);
        if ((found.Mode & 0xfff) != (int)mode && Libc.ChangeMode($"/proc/self/fd/{node.DangerousGetHandle()}", (uint)mode) != 0)
            throw LinuxException.Last("chmod", path);
        return found;
    }

    public unsafe void Unlink()
    {
        Libc.StatXBuffer now;
        var ours = Libc.StatX(Libc.AT_FDCWD, Path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &now) == 0
            && now.Inode == _identity.Inode
            && now.DeviceMajor == _identity.DeviceMajor
            && now.DeviceMinor == _identity.DeviceMinor;
        if (ours)
            _ = Libc.Unlink(Path);
    }

    private static unsafe void Bind(SafeFileHandle socket, UnixAddress address, string path)
    {
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.Bind(socket, bytes, (uint)address.Bytes.Length) != 0)
                throw LinuxException.Last("bind", path);
        }
    }

    // Through a descriptor, so that a path that is replaced by a link meanwhile cannot affect another file.
    private static SafeFileHandle OpenNode(string draft, string path)
    {
        var node = Libc.Open(draft, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
        return node.IsInvalid ? throw LinuxException.Last("open", path) : node;
    }

    private static unsafe Libc.StatXBuffer Inspect(SafeFileHandle node, string path)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(node, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx", path);
        return (found.Mode & Libc.S_IFMT) == Libc.S_IFSOCK ? found : throw new LinuxException("bind", path, Errno.ESTALE);
    }
}
