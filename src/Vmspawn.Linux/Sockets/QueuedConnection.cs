using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A listening socket of AF_UNIX without a name, and one connection in its queue: for a program that requires a
/// listening socket, and its only client. Both can be started in any order, and no other process can connect.
/// </summary>
public static class QueuedConnection
{
    /// <summary>Creates both, blocking and close-on-exec.</summary>
    /// <param name="path">A temporary path for the connect, of any length, in a private directory.</param>
    /// <exception cref="LinuxException">The path exists, or its directory does not, or no descriptors are left.</exception>
    public static unsafe (SafeFileHandle Listener, SafeFileHandle Connection) Create(string path)
    {
        var listener = NewSocket();
        SafeFileHandle? connection = null;
        BoundSocket? bound = null;
        try
        {
            bound = BoundSocket.Create(listener, path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (Libc.Listen(listener, 1) != 0)
                throw LinuxException.Last("listen", path);
            connection = NewSocket();
            using var address = UnixAddress.For(path);
            fixed (byte* bytes = address.Bytes)
            {
                if (Libc.Connect(connection, bytes, (uint)address.Bytes.Length) != 0)
                    throw LinuxException.Last("connect", path);
            }

            return (listener, connection);
        }
        catch
        {
            listener.Dispose();
            connection?.Dispose();
            throw;
        }
        finally
        {
            bound?.Unlink();
        }
    }

    private static SafeFileHandle NewSocket()
    {
        var socket = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        return socket.IsInvalid ? throw LinuxException.Last("socket") : socket;
    }
}
