using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>One read(2) or write(2) on any descriptor, its own flags deciding whether it blocks.</summary>
public static unsafe class DescriptorIo
{
    /// <summary>Reads once.</summary>
    /// <returns>The bytes read, 0 at the end, or -1 when nothing is there and the descriptor does not block.</returns>
    /// <exception cref="LinuxException">Any other failure, such as EIO of a hung-up terminal.</exception>
    public static int Read(SafeHandle descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.Read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (Libc.LastError == Errno.EAGAIN)
                    return -1;
                if (Libc.LastError != Errno.EINTR)
                    throw LinuxException.Last("read");
            }
        }
    }

    /// <summary>Writes once, perhaps only a part.</summary>
    /// <returns>The bytes written, or -1 when there is no room and the descriptor does not block.</returns>
    /// <exception cref="LinuxException">Any other failure, such as EPIPE.</exception>
    public static int Write(SafeHandle descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.Write(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (Libc.LastError == Errno.EAGAIN)
                    return -1;
                if (Libc.LastError != Errno.EINTR)
                    throw LinuxException.Last("write");
            }
        }
    }
}
