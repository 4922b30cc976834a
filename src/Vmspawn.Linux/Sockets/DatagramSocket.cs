namespace Vmspawn.Linux;

/// <summary>Messages to a datagram socket of AF_UNIX (unix(7)).</summary>
public static class DatagramSocket
{
    /// <summary>Sends one message.</summary>
    /// <param name="address">A path of any length, or <c>@NAME</c> for a name in the abstract namespace.</param>
    /// <param name="message">The message; it arrives whole or not at all.</param>
    /// <param name="bound">How long a receiver whose queue is full is waited for.</param>
    /// <exception cref="LinuxException">Nobody receives there (ENOENT, ECONNREFUSED), the receiver made no room (EAGAIN), or no descriptor is left (EMFILE).</exception>
    public static unsafe void Send(string address, ReadOnlySpan<byte> message, TimeSpan bound)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        using var receiver = address[0] == '@' ? UnixAddress.Abstract(address[1..]) : UnixAddress.For(address);
        using var socket = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (socket.IsInvalid)
            throw LinuxException.Last("socket", address);
        fixed (byte* bytes = receiver.Bytes)
        {
            if (Libc.Connect(socket, bytes, (uint)receiver.Bytes.Length) != 0)
                throw LinuxException.Last("connect", address);
        }

        // A connected socket can be written to when its receiver has room.
        while (DescriptorIo.Write(socket, message) < 0)
        {
            if (!DescriptorIo.WaitFor(socket, Libc.POLLOUT, bound))
                throw new LinuxException("write", address, Errno.EAGAIN);
        }
    }
}
