using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Two connected sockets of AF_UNIX (socketpair(2)), for two programs.</summary>
public static class SocketPair
{
    /// <summary>Creates both ends of a stream, blocking and close-on-exec.</summary>
    /// <exception cref="LinuxException">No descriptors or memory are left.</exception>
    public static (SafeFileHandle One, SafeFileHandle Other) Create() => Create(Libc.SOCK_STREAM);

    internal static unsafe (SafeFileHandle One, SafeFileHandle Other) Create(int type)
    {
        var pair = stackalloc int[2];
        if (Libc.SocketPair(Libc.AF_UNIX, type | Libc.SOCK_CLOEXEC, 0, pair) != 0)
            throw LinuxException.Last("socketpair");
        return (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));
    }
}
