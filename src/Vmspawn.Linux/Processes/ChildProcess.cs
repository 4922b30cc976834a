using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A child of ours, held by a pidfd: it is always this process that is signalled, never another that got its number.
/// It is waited for as long as it lives, so no zombie stays.
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

    /// <summary>Its process id: for messages and for other programs.</summary>
    public int Id { get; }

    /// <summary>Completes when it has ended.</summary>
    public Task<ChildExit> Exited { get; }

    /// <summary>Starts a program; returns when it runs.</summary>
    /// <exception cref="LinuxException">It cannot be executed (ENOENT, EACCES, ENOEXEC), or nothing is left to run it.</exception>
    public static ChildProcess Start(ChildSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!spec.Path.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"'{spec.Path}' is no path.", nameof(spec));
        return SpawnThread.Run(() => Adopt(Trampoline.Start(spec), spec));
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False when it has ended already.</returns>
    /// <exception cref="LinuxException">We may not signal it (EPERM).</exception>
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

    /// <summary>Kills it if it still runs. It is waited for in the background.</summary>
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
            await readiness.WaitReadableAsync();
            // Until it is reaped its number is the group's, and nobody else's.
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
