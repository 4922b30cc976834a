using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>The kernel's vhost-vsock device of a machine.</summary>
public static class VhostVsock
{
    /// <summary>The device's path.</summary>
    public const string Device = "/dev/vhost-vsock";

    /// <summary>Claims a context id for the machine that uses this descriptor, until the descriptor is closed.</summary>
    /// <param name="device">An open <see cref="Device"/>.</param>
    /// <param name="cid">3 or more.</param>
    /// <returns>False when another machine has it.</returns>
    /// <exception cref="LinuxException">The kernel refuses for another reason.</exception>
    public static unsafe bool TryTakeCid(SafeFileHandle device, uint cid)
    {
        ulong value = cid;
        if (Libc.Control(device, Libc.VHOST_VSOCK_SET_GUEST_CID, &value) == 0)
            return true;
        return Libc.LastError == Errno.EADDRINUSE ? false : throw LinuxException.Last("VHOST_VSOCK_SET_GUEST_CID", $"{cid}");
    }
}
