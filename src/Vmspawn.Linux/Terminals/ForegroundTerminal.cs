using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Job control: only the foreground process group of a terminal may read it and set its mode (tcgetpgrp(3)). A program that a shell
/// runs in the background leaves both alone until it is brought to the foreground.
/// </summary>
public static class ForegroundTerminal
{
    /// <summary>How often the kernel is asked while we are in the background: a shell's fg sends a running job no signal.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether we may read the terminal and set its mode now.</summary>
    public static bool IsOurs(SafeHandle terminal)
    {
        var group = Libc.ForegroundProcessGroup(terminal);
        // No answer: it is not our session's terminal (ENOTTY), so job control does not apply, or it is gone, which its use will tell.
        return group < 0 || group == Libc.ProcessGroup();
    }

    /// <summary>Waits until <see cref="IsOurs"/>.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="time">The clock of the pauses between two questions.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task WaitAsync(SafeHandle terminal, TimeProvider time, CancellationToken cancellation)
    {
        while (!IsOurs(terminal))
            await Task.Delay(Interval, time, cancellation);
    }
}
