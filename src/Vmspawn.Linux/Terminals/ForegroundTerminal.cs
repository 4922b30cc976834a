using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Job control: only the foreground process group of a terminal may read it and set its mode (tcgetpgrp(3)). A program that a shell
/// runs in the background must do neither until it is brought to the foreground.
/// </summary>
public static class ForegroundTerminal
{
    /// <summary>The polling interval in the background: a shell's fg sends no signal to a running job.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether this process may read the terminal and set its mode now.</summary>
    public static bool IsOurs(SafeHandle terminal)
    {
        var group = Libc.ForegroundProcessGroup(terminal);
        // An error: it is not this session's terminal (ENOTTY), so job control does not apply, or it was hung up, which its use reports.
        return group < 0 || group == Libc.ProcessGroup();
    }

    /// <summary>Waits until <see cref="IsOurs"/>.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="time">The clock of the polling interval.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static async Task WaitAsync(SafeHandle terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!IsOurs(terminal))
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
    }
}
