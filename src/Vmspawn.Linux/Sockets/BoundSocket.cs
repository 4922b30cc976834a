using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Binds a socket to a path with a given mode, and removes the path again.</summary>
internal sealed class BoundSocket
{
    private readonly Libc.StatXBuffer _identity;

    private BoundSocket(string path, Libc.StatXBuffer identity)
    {
        Path = path;
        _identity = identity;
    }

    public string Path { get; }

    public static BoundSocket Create(SafeFileHandle socket, string path, UnixFileMode mode)
    {
        using var address = UnixAddress.For(path);
        // bind(2) takes the mode from the unbound socket, minus the umask.
        if (Libc.ChangeMode(socket, (uint)mode) != 0)
            throw LinuxException.Last("fchmod", path);
        Bind(socket, address, path);
        using var node = OpenNode(path);
        var found = Inspect(node, path);
        if ((found.Mode & 0xfff) != (int)mode && Libc.ChangeMode($"/proc/self/fd/{node.DangerousGetHandle()}", (uint)mode) != 0)
            throw LinuxException.Last("chmod", path);
        return new BoundSocket(path, found);
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
    private static SafeFileHandle OpenNode(string path)
    {
        var node = Libc.Open(path, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
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
