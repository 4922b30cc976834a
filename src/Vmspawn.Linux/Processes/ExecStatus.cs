using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>How a trampoline tells whether its exec worked: a pipe that a successful exec closes unwritten.</summary>
internal static unsafe class ExecStatus
{
    public static void Report(int descriptor, Errno errno)
    {
        using var pipe = new SafeFileHandle(descriptor, ownsHandle: true);
        var value = (int)errno;
        _ = Libc.Write(pipe, (byte*)&value, sizeof(int));
    }

    /// <summary>A program on a file system that does not answer is not waited for longer.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Waits until the program runs (<see cref="Errno.None"/>) or is known not to; ETIMEDOUT after a minute.</summary>
    public static Errno Await(SafeFileHandle pipe)
    {
        int value;
        if (!DescriptorIo.WaitFor(pipe, Libc.POLLIN, Bound))
            return Errno.ETIMEDOUT;
        nint count;
        do
            count = Libc.Read(pipe, (byte*)&value, sizeof(int));
        while (count < 0 && Libc.LastError == Errno.EINTR);
        return count == sizeof(int) ? (Errno)value : Errno.None;
    }
}
