using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Consoles;

/// <summary>Joins the user's terminal and the guest's console until the guest's side is closed or this is disposed.</summary>
public sealed class ConsoleForwarder : IAsyncDisposable
{
    private static readonly TimeSpan LastWrite = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the typing may take to end at the disposal.</summary>
    private static readonly TimeSpan InputBound = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _killRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Readiness _guestReadiness;
    private readonly DescriptorWriter _shown;
    private readonly TerminalMode? _mode;
    private readonly GuestInput? _input;
    private readonly WindowFollower? _window;
    private readonly SafeHandle _output;
    private readonly GuestOutput _shows;
    private readonly BackgroundTasks _typing;
    private bool _disposed;

    private ConsoleForwarder(PseudoTerminal pty, ConsoleSpec spec)
    {
        var showsOnTerminal = TerminalMode.IsTerminal(spec.Output);
        var typesOnTerminal = spec.Input is { } input && TerminalMode.IsTerminal(input);
        _output = spec.Output;
        _typing = new BackgroundTasks(spec.Failed, InputBound);
        var background = showsOnTerminal && !string.IsNullOrEmpty(spec.Background) ? new Background(spec.Background) : null;
        _guestReadiness = new Readiness(pty.Master);
        _shown = new DescriptorWriter(spec.Output);
        try
        {
            _mode = typesOnTerminal ? TerminalMode.MakeRaw(spec.Input!, spec.RestoreOnSignals) : null;
            if (showsOnTerminal || typesOnTerminal)
                _window = new WindowFollower(showsOnTerminal ? spec.Output : spec.Input!, pty);
            var escape = typesOnTerminal ? new EscapeKey(spec.Time) : null;
            if (spec.Input is not null)
                _input = new GuestInput(spec.Input, pty.Master, _guestReadiness, escape, _killRequested);
        }
        catch
        {
            _input?.Dispose();
            _window?.Dispose();
            _guestReadiness.Dispose();
            _shown.Dispose();
            _mode?.Dispose();
            throw;
        }
        _shows = new GuestOutput(pty.Master, _guestReadiness, _shown, background, showsOnTerminal ? new TerminalChanges() : null);
        Drained = _shows.RunAsync();
        if (_input is not null)
            _typing.Run("type to the guest", _ => _input.RunAsync());
    }

    /// <summary>
    /// Completes when everything that the guest wrote has been shown, which needs every open of the pseudo-terminal's
    /// other side to be closed, or at once when this is disposed. Fails only when the pseudo-terminal itself does.
    /// </summary>
    public Task Drained { get; }

    /// <summary>Completes when the user pressed Ctrl-] three times within a second: the VM shall be killed.</summary>
    public Task KillRequested => _killRequested.Task;

    /// <summary>Begins to forward; sets the user's terminal to raw mode when it is typed on.</summary>
    /// <param name="pty">The guest's console. It stays the caller's, to be disposed after this.</param>
    /// <param name="spec">What to join it with.</param>
    /// <exception cref="LinuxException">The user's terminal is closed.</exception>
    public static ConsoleForwarder Start(PseudoTerminal pty, ConsoleSpec spec)
    {
        ArgumentNullException.ThrowIfNull(pty);
        ArgumentNullException.ThrowIfNull(spec);
        return new ConsoleForwarder(pty, spec);
    }

    /// <summary>Stops and gives the terminal back as it was, within bounds; what the guest has not written yet is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _input?.Dispose();
        _window?.Dispose();
        _guestReadiness.Dispose();
        _shown.Dispose();
        await _typing.DisposeAsync();
        // What is being written at this moment must not change the terminal after us.
        await Drained.WaitAsync(LastWrite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_shows.HasEnded)
            await FinalWrite.TryAsync(_output, _shows.End);
        _mode?.Dispose();
    }
}
