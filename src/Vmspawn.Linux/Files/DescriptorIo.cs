using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>One read(2) or write(2) on a descriptor, blocking or not as its flags say.</summary>
public static unsafe class DescriptorIo
{
    /// <summary>The number of bytes that a writable pipe accepts without blocking (PIPE_BUF, pipe(7)).</summary>
    private const int AtOnce = 4096;

    /// <summary>Writes everything and blocks the thread until it is written, on blocking and non-blocking descriptors.</summary>
    /// <param name="descriptor">A file, pipe, socket or terminal, possibly shared with other processes.</param>
    /// <param name="bytes">The bytes to write.</param>
    /// <param name="bound">How long to wait while the reader takes nothing; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <exception cref="LinuxException">It failed, such as with EPIPE or ENOSPC, or ETIMEDOUT when the reader took nothing.</exception>
    public static void WriteAll(SafeHandle descriptor, ReadOnlySpan<byte> bytes, TimeSpan bound)
    {
        while (!bytes.IsEmpty)
        {
            if (!WaitFor(descriptor, Libc.POLLOUT, bound))
                throw new LinuxException("write", null, Errno.ETIMEDOUT);
            bytes = bytes[Math.Max(0, Write(descriptor, bytes[..Math.Min(bytes.Length, AtOnce)]))..];
        }
    }

    /// <summary>Reads once.</summary>
    /// <returns>The bytes read, 0 at the end, or -1 when nothing is available on a non-blocking descriptor.</returns>
    /// <exception cref="LinuxException">Any other failure, such as EIO of a hung-up terminal.</exception>
    public static int Read(SafeHandle descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Libc.Read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (Libc.LastError == Errno.EAGAIN)
                    return -1;
                if (Libc.LastError != Errno.EINTR)
                    throw LinuxException.Last("read");
            }
        }
    }

    /// <summary>Writes once, possibly only a part.</summary>
    /// <returns>The bytes written, or -1 when there is no room on a non-blocking descriptor.</returns>
    /// <exception cref="LinuxException">Any other failure, such as EPIPE.</exception>
    public static int Write(SafeHandle descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Libc.Write(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (Libc.LastError == Errno.EAGAIN)
                    return -1;
                if (Libc.LastError != Errno.EINTR)
                    throw LinuxException.Last("write");
            }
        }
    }

    /// <summary>Blocks the thread until poll(2) reports an event; false at the time limit.</summary>
    internal static bool WaitFor(SafeHandle descriptor, short events, TimeSpan bound)
    {
        var referenced = false;
        try
        {
            descriptor.DangerousAddRef(ref referenced);
            Libc.PollEntry entry = new() { Descriptor = (int)descriptor.DangerousGetHandle(), Events = events };
            int ready;
            do
                ready = Libc.Poll(&entry, 1, bound == Timeout.InfiniteTimeSpan ? -1 : (int)bound.TotalMilliseconds);
            while (ready < 0 && Libc.LastError == Errno.EINTR);
            // The following write reports an error.
            return ready != 0;
        }
        finally
        {
            if (referenced)
                descriptor.DangerousRelease();
        }
    }
}
