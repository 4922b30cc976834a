using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>How a trampoline tells whether its exec worked: a pipe that a successful exec closes unwritten.</summary>
internal static unsafe class ExecStatus
{
    public static void Report(int descriptor, Errno errno)
    {
        using var pipe = new SafeFileHandle(descriptor, ownsHandle: true);
        int value = (int)errno;
        _ = Libc.Write(pipe, (byte*)&value, sizeof(int));
    }

    /// <summary>Waits until the program runs (<see cref="Errno.None"/>) or is known not to.</summary>
    public static Errno Await(SafeFileHandle pipe)
    {
        int value;
        nint count;
        do
            count = Libc.Read(pipe, (byte*)&value, sizeof(int));
        while (count < 0 && Libc.LastError == Errno.EINTR);
        return count == sizeof(int) ? (Errno)value : Errno.None;
    }
}
