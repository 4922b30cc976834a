using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Reports whether a trampoline's exec succeeded, by a pipe that a successful exec closes without a write.</summary>
internal static unsafe class ExecStatus
{
    public static void Report(int descriptor, Errno errno)
    {
        using var pipe = new SafeFileHandle(descriptor, ownsHandle: true);
        var value = (int)errno;
        _ = Libc.Write(pipe, (byte*)&value, sizeof(int));
    }

    /// <summary>Time limit, for a program on a file system that does not respond.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Waits until the exec has succeeded (<see cref="Errno.None"/>) or failed; ETIMEDOUT after a minute.</summary>
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
