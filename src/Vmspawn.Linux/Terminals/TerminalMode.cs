using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// The user's terminal in raw mode, until disposal. It is put back also when the process ends without that: by
/// Environment.Exit, an unhandled exception, or a signal that would kill us; only SIGKILL leaves it raw. While we are in the
/// terminal's background its mode is the shell's, and is not touched.
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
        // A shell that ran while we were stopped has set its own mode. Cancelled, or the runtime would put another one back after us.
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

    /// <summary>Sets raw mode: no echo, no line editing, no signals from keys (cfmakeraw, termios(3)). In the background this
    /// waits until we are in the foreground.</summary>
    /// <param name="terminal">The user's terminal; stays the caller's.</param>
    /// <param name="restoreOnSignals">
    /// Whether SIGTERM, SIGHUP, SIGINT and SIGQUIT put the mode back at once. False for a program that handles them
    /// itself and goes on for a while.
    /// </param>
    /// <exception cref="LinuxException">It is no terminal (ENOTTY), or gone (EIO).</exception>
    public static TerminalMode MakeRaw(SafeHandle terminal, bool restoreOnSignals = true) =>
        new(terminal, restoreOnSignals);

    /// <summary>Puts back what was before.</summary>
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

    // On the thread of a signal or a timer, where nobody could catch what it throws.
    private void TryApply()
    {
        try
        {
            Apply();
        }
        catch (Exception gone) when (gone is LinuxException or ObjectDisposedException)
        {
            // The terminal is closed: whoever reads it learns that, and there is no mode to set.
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
                // While we were in the background it was the shell's mode, which is not what a job is started with.
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
                // The terminal is gone, and its mode with it.
            }
        }
    }
}
