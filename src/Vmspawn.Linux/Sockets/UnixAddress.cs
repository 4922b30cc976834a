using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// <c>struct sockaddr_un</c> for a path of any length. A path that does not fit is replaced by one through a descriptor of its
/// directory in /proc, which must stay open while the address is used.
/// </summary>
internal sealed class UnixAddress : IDisposable
{
    /// <summary>Bytes of <c>sun_path</c>, including the NUL (unix(7)).</summary>
    private const int PathSize = 108;

    private readonly SafeFileHandle? _directory;

    private UnixAddress(byte[] bytes, SafeFileHandle? directory)
    {
        Bytes = bytes;
        _directory = directory;
    }

    public byte[] Bytes { get; }

    public static UnixAddress For(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A path holds no NUL.", nameof(path));
        if (Encoding.UTF8.GetByteCount(path) < PathSize)
            return new UnixAddress(Encode(path), directory: null);

        var directory = OpenParent(path);
        var shorter = $"/proc/self/fd/{directory.DangerousGetHandle()}/{Path.GetFileName(path)}";
        if (Encoding.UTF8.GetByteCount(shorter) < PathSize)
            return new UnixAddress(Encode(shorter), directory);
        directory.Dispose();
        throw new LinuxException("socket", path, Errno.ENAMETOOLONG);
    }

    public void Dispose() => _directory?.Dispose();

    private static SafeFileHandle OpenParent(string path)
    {
        var parent = Path.GetDirectoryName(path) is { Length: > 0 } name ? name : ".";
        var directory = Libc.Open(parent, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        return directory.IsInvalid ? throw LinuxException.Last("open", parent) : directory;
    }

    private static byte[] Encode(string path)
    {
        var bytes = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(path) + 1];
        ushort family = Libc.AF_UNIX;
        MemoryMarshal.Write(bytes, in family);
        Encoding.UTF8.GetBytes(path, bytes.AsSpan(sizeof(ushort)));
        return bytes;
    }
}
