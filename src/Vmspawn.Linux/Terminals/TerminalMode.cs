using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Sets the user's terminal to raw mode until disposal. The mode is also restored when the process ends without disposal: by
/// Environment.Exit, an unhandled exception, or a fatal signal except SIGKILL. While the process is in the
/// terminal's background, the mode belongs to the shell and is not changed.
/// </summary>
public sealed class TerminalMode : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeHandle _terminal;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Timer _retry;
    private TerminalAttributes _former;
    private bool _applied;
    private bool _restored;

    private TerminalMode(SafeHandle terminal, bool restoreOnSignals)
    {
        _terminal = terminal;
        _former = TerminalAttributes.Of(terminal);
        _retry = new Timer(_ => TryApply());
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        foreach (var signal in restoreOnSignals ? (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT] : [])
            _registrations.Add(PosixSignalRegistration.Create(signal, _ => Restore()));
        // While the process was stopped, the shell has set its own mode. The signal is cancelled, because the runtime would restore another mode afterwards.
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, context =>
        {
            context.Cancel = true;
            TryApply();
        }));
        try
        {
            Apply();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(SafeHandle descriptor) => Libc.IsTerminal(descriptor) == 1;

    /// <summary>Sets raw mode: no echo, no line editing, no signals from keys (cfmakeraw, termios(3)). In the background it
    /// waits until the process is in the foreground.</summary>
    /// <param name="terminal">The user's terminal; the caller keeps it.</param>
    /// <param name="restoreOnSignals">
    /// Whether SIGTERM, SIGHUP, SIGINT and SIGQUIT restore the mode at once. False for a program that handles them
    /// itself and continues to run.
    /// </param>
    /// <exception cref="LinuxException">It is not a terminal (ENOTTY), or hung up (EIO).</exception>
    public static TerminalMode MakeRaw(SafeHandle terminal, bool restoreOnSignals = true) =>
        new(terminal, restoreOnSignals);

    /// <summary>Restores the previous mode.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        foreach (var registration in _registrations)
            registration.Dispose();
        Restore();
        _retry.Dispose();
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void OnUnhandled(object? sender, UnhandledExceptionEventArgs e) => Restore();

    // Runs on the thread of a signal or a timer, where an exception cannot be caught.
    private void TryApply()
    {
        try
        {
            Apply();
        }
        catch (Exception gone) when (gone is LinuxException or ObjectDisposedException)
        {
            // The terminal is closed: its reader reports that, and there is no mode to set.
        }
    }

    private void Apply()
    {
        lock (_lock)
        {
            if (_restored)
                return;
            if (ForegroundTerminal.IsOurs(_terminal))
            {
                // In the background the shell's mode was in effect, which is not the mode that a job is started with.
                if (!_applied)
                    _former = TerminalAttributes.Of(_terminal);
                _former.MadeRaw().ApplyTo(_terminal);
                _applied = true;
            }
            else
            {
                // Until we are in the foreground, or disposed.
                _retry.Change(ForegroundTerminal.Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Restore()
    {
        lock (_lock)
        {
            if (_restored || _terminal.IsClosed)
                return;
            _restored = true;
            try
            {
                if (_applied && ForegroundTerminal.IsOurs(_terminal))
                    _former.ApplyTo(_terminal);
            }
            catch (LinuxException)
            {
                // The terminal was closed; there is no mode to restore.
            }
        }
    }
}
