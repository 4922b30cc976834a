using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Connections to virtual machines of this host (vsock(7)).</summary>
public static class VsockConnection
{
    /// <summary>Connects to a port of a machine; blocks, for at most the kernel's 2 s.</summary>
    /// <param name="cid">The machine's context id.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="LinuxException">The machine does not exist (ENODEV), nothing listens (ECONNRESET), or it does not answer (ETIMEDOUT).</exception>
    public static unsafe SafeFileHandle Connect(uint cid, uint port)
    {
        var socket = Libc.Socket(Libc.AF_VSOCK, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", "AF_VSOCK");
        Libc.VsockAddress address = new(cid, port);
        if (Libc.Connect(socket, (byte*)&address, Libc.VsockAddress.Size) == 0)
            return socket;
        var error = LinuxException.Last("connect", $"port {port} of the machine with CID {cid}");
        socket.Dispose();
        throw error;
    }
}
