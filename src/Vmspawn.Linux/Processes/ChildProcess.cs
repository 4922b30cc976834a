using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A child process, referred to by a pidfd, so that a signal never reaches another process that reuses its id.
/// It is reaped in the background.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    private readonly SafeFileHandle _pidfd;
    private readonly bool _takesGroupAlong;

    private ChildProcess(int id, SafeFileHandle pidfd, bool takesGroupAlong)
    {
        Id = id;
        _pidfd = pidfd;
        _takesGroupAlong = takesGroupAlong;
        Exited = WaitAsync();
    }

    /// <summary>Its process id, for messages and other programs.</summary>
    public int Id { get; }

    /// <summary>Completes when it has exited.</summary>
    public Task<ChildExit> Exited { get; }

    /// <summary>Whether a signal has stopped it, such as SIGTSTP, and none has continued it.</summary>
    public unsafe bool IsStopped
    {
        get
        {
            var result = stackalloc byte[Libc.SignalInfoSize];
            NativeMemory.Clear(result, Libc.SignalInfoSize);
            try
            {
                // Without WNOWAIT a stop is reported once.
                return Libc.WaitId(Libc.P_PIDFD, _pidfd, result, Libc.WSTOPPED | Libc.WNOHANG | Libc.WNOWAIT) == 0 && *(int*)result != 0;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>Starts a program; returns after its exec.</summary>
    /// <exception cref="LinuxException">It cannot be executed (ENOENT, EACCES, ENOEXEC), or resources are exhausted.</exception>
    public static ChildProcess Start(ChildSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!spec.Path.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"'{spec.Path}' is no path.", nameof(spec));
        return SpawnThread.Run(() => Adopt(Trampoline.Start(spec), spec));
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False when it has exited already.</returns>
    /// <exception cref="LinuxException">Permission denied (EPERM).</exception>
    public bool Send(Signal signal)
    {
        try
        {
            if (Libc.PidfdSendSignal(_pidfd, (int)signal) == 0)
                return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        return Libc.LastError == Errno.ESRCH ? false : throw LinuxException.Last("pidfd_send_signal");
    }

    /// <summary>Kills it if it still runs. It is reaped in the background.</summary>
    public void Dispose() => Send(Signal.SIGKILL);

    private static unsafe ChildProcess Adopt(int id, ChildSpec spec)
    {
        var pidfd = Libc.PidfdOpen(id);
        if (!pidfd.IsInvalid)
            return new ChildProcess(id, pidfd, spec is { TakesGroupAlong: true, NewProcessGroup: true });
        var errno = Libc.LastError;
        _ = Libc.Kill(id, (int)Signal.SIGKILL);
        _ = Libc.WaitPid(id, null, 0);
        throw new LinuxException("pidfd_open", spec.Path, errno);
    }

    private async Task<ChildExit> WaitAsync()
    {
        using (_pidfd)
        using (var readiness = new Readiness(_pidfd))
        {
            await readiness.WaitReadableAsync().ConfigureAwait(false);
            // Before the child is reaped, its process group id cannot be reused.
            if (_takesGroupAlong)
                _ = Libc.Kill(-Id, (int)Signal.SIGKILL);
            return Reap(_pidfd);
        }
    }

    // siginfo_t of a child on 64-bit Linux: si_code at 8, si_status at 24 (sigaction(2), asm-generic/siginfo.h).
    private static unsafe ChildExit Reap(SafeFileHandle pidfd)
    {
        var result = stackalloc byte[Libc.SignalInfoSize];
        while (Libc.WaitId(Libc.P_PIDFD, pidfd, result, Libc.WEXITED) != 0)
        {
            if (Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("waitid");
        }
        var status = *(int*)(result + 24);
        return *(int*)(result + 8) == Libc.CLD_EXITED ? new ChildExit(status, null) : new ChildExit(null, (Signal)status);
    }
}

/// <summary>How a process ended: by exit or by a signal (waitid(2)).</summary>
/// <param name="ExitCode">0 to 255, or null when a signal ended it.</param>
/// <param name="Signal">The signal, or null when it exited.</param>
public readonly record struct ChildExit(int? ExitCode, Signal? Signal)
{
    /// <summary>Whether it exited with status 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>The text for messages: <c>exited with status 1</c>, <c>was killed by SIGSEGV</c>.</summary>
    public override string ToString() =>
        Signal is { } signal ? $"was killed by {NameOf(signal)}" : $"exited with status {ExitCode}";

    // Real-time signals have no names.
    private static string NameOf(Signal signal) =>
        signal > Linux.Signal.SIGRTMIN ? $"SIGRTMIN+{signal - Linux.Signal.SIGRTMIN}" : signal.ToString();
}
