using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Both ends of a pipe (pipe(7)), blocking and close-on-exec.</summary>
public sealed class Pipe : IDisposable
{
    private Pipe(int read, int write)
    {
        ReadEnd = new SafeFileHandle(read, ownsHandle: true);
        WriteEnd = new SafeFileHandle(write, ownsHandle: true);
    }

    /// <summary>The end to read from.</summary>
    public SafeFileHandle ReadEnd { get; }

    /// <summary>The end to write to.</summary>
    public SafeFileHandle WriteEnd { get; }

    /// <summary>The path by which another process of the same user opens the end to write to, while this process has it open.</summary>
    public string WritePath => $"/proc/{Environment.ProcessId}/fd/{WriteEnd.DangerousGetHandle()}";

    /// <summary>Creates a pipe.</summary>
    /// <exception cref="LinuxException">No descriptors are left.</exception>
    public static unsafe Pipe Create()
    {
        var ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.O_CLOEXEC) == 0 ? new Pipe(ends[0], ends[1]) : throw LinuxException.Last("pipe2");
    }

    /// <summary>Closes the ends that are still open.</summary>
    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}
