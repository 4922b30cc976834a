using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// The user's terminal in raw mode, until disposal. It is put back also when the process ends without that: by
/// Environment.Exit, an unhandled exception, or a signal that would kill us; only SIGKILL leaves it raw.
/// </summary>
public sealed class TerminalMode : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeHandle _terminal;
    private readonly TerminalAttributes _former;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private bool _restored;

    private TerminalMode(SafeHandle terminal, bool restoreOnSignals)
    {
        _terminal = terminal;
        _former = TerminalAttributes.Of(terminal);
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        foreach (PosixSignal signal in restoreOnSignals ? (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT] : [])
            _registrations.Add(PosixSignalRegistration.Create(signal, _ => Restore()));
        // A shell that went on in between has set its own mode.
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Apply()));
        Apply();
    }

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(SafeHandle descriptor) => Libc.IsTerminal(descriptor) == 1;

    /// <summary>Sets raw mode: no echo, no line editing, no signals from keys (cfmakeraw, termios(3)).</summary>
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
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        Restore();
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void OnUnhandled(object? sender, UnhandledExceptionEventArgs e) => Restore();

    private void Apply()
    {
        lock (_lock)
        {
            if (!_restored)
                _former.MadeRaw().ApplyTo(_terminal);
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
                _former.ApplyTo(_terminal);
            }
            catch (LinuxException)
            {
                // The terminal is gone, and its mode with it.
            }
        }
    }
}
