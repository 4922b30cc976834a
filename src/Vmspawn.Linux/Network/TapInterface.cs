using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>TAP devices: Ethernet interfaces of the host whose packets are read and written through a descriptor (Documentation/networking/tuntap.rst).</summary>
public static class TapInterface
{
    /// <summary>Creates an interface, which is removed when the descriptor is closed, or attaches to an existing one.</summary>
    /// <param name="name">1 to 15 bytes.</param>
    /// <returns>The descriptor; each packet has a virtio header.</returns>
    /// <exception cref="LinuxException">It belongs to another user or may not be created (EPERM), is in use (EBUSY), or is not a TAP device (EINVAL).</exception>
    public static SafeFileHandle Open(string name)
    {
        var tap = OpenFile.Open("/dev/net/tun", writable: true);
        var request = Request(name);
        request.Flags = Libc.IFF_TAP | Libc.IFF_NO_PI | Libc.IFF_VNET_HDR;
        try
        {
            Control(tap, Libc.TUNSETIFF, ref request, "TUNSETIFF", name);
            return tap;
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    /// <summary>Sets an interface up if it is down.</summary>
    /// <exception cref="LinuxException">It does not exist (ENODEV), or permission is denied (EPERM).</exception>
    public static void BringUp(string name)
    {
        using var socket = AnySocket();
        var request = Request(name);
        Control(socket, Libc.SIOCGIFFLAGS, ref request, "SIOCGIFFLAGS", name);
        if ((request.Flags & Libc.IFF_UP) != 0)
            return;
        request.Flags |= Libc.IFF_UP;
        Control(socket, Libc.SIOCSIFFLAGS, ref request, "SIOCSIFFLAGS", name);
    }

    /// <summary>Adds an interface to a bridge.</summary>
    /// <exception cref="LinuxException">The bridge is not a bridge (EOPNOTSUPP), the interface is in a bridge already (EBUSY), or permission is denied (EPERM).</exception>
    public static void JoinBridge(string name, string bridge)
    {
        using var socket = AnySocket();
        var port = Request(name);
        Control(socket, Libc.SIOCGIFINDEX, ref port, "SIOCGIFINDEX", name);
        var request = Request(bridge);
        request.Index = port.Index;
        Control(socket, Libc.SIOCBRADDIF, ref request, "SIOCBRADDIF", bridge);
    }

    private static SafeFileHandle AnySocket()
    {
        var socket = Libc.Socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        return socket.IsInvalid ? throw LinuxException.Last("socket") : socket;
    }

    private static Libc.InterfaceRequest Request(string name)
    {
        var request = default(Libc.InterfaceRequest);
        Span<byte> room = request.Name;
        if (Encoding.UTF8.GetByteCount(name) >= room.Length)
            throw new LinuxException("ifreq", name, Errno.ENAMETOOLONG);
        Encoding.UTF8.GetBytes(name, room);
        return request;
    }

    private static unsafe void Control(SafeFileHandle file, nuint request, ref Libc.InterfaceRequest argument, string operation, string name)
    {
        fixed (Libc.InterfaceRequest* pointer = &argument)
        {
            if (Libc.Control(file, request, pointer) != 0)
                throw LinuxException.Last(operation, name);
        }
    }
}
