using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>Connects the user's terminal and the guest's console until the guest's side is closed or this is disposed.</summary>
internal sealed class ConsoleForwarder : IAsyncDisposable
{
    private static readonly TimeSpan LastWrite = TimeSpan.FromMilliseconds(500);

    /// <summary>Time limit for the input's task to end at the disposal.</summary>
    private static readonly TimeSpan InputBound = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _killRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stream _guest;
    private readonly DescriptorWriter _shown;
    private readonly TerminalMode? _mode;
    private readonly GuestInput? _input;
    private readonly WindowFollower? _window;
    private readonly SafeHandle _output;
    private readonly GuestOutput _shows;
    private readonly BackgroundTasks _typing;
    private bool _disposed;

    private ConsoleForwarder(ConsoleEnd console, ConsoleSpec spec)
    {
        var showsOnTerminal = TerminalMode.IsTerminal(spec.Output);
        var typesOnTerminal = spec.Input is { } input && TerminalMode.IsTerminal(input);
        _output = spec.Output;
        _typing = new BackgroundTasks(spec.Failed, InputBound);
        var background = showsOnTerminal && !string.IsNullOrEmpty(spec.Background) ? new Background(spec.Background) : null;
        _guest = console.Output;
        _shown = new DescriptorWriter(spec.Output);
        try
        {
            _mode = typesOnTerminal ? TerminalMode.MakeRaw(spec.Input!, spec.RestoreOnSignals) : null;
            if (console.Resize is { } resize && (showsOnTerminal || typesOnTerminal))
                _window = new WindowFollower(showsOnTerminal ? spec.Output : spec.Input!, resize);
            var escape = typesOnTerminal ? new EscapeKey(spec.Time) : null;
            if (spec.Input is not null)
                _input = new GuestInput(spec.Input, console, escape, _killRequested);
        }
        catch
        {
            _input?.Dispose();
            _window?.Dispose();
            _guest.Dispose();
            _shown.Dispose();
            _mode?.Dispose();
            throw;
        }
        _shows = new GuestOutput(_guest, _shown, background, showsOnTerminal ? new TerminalChanges() : null, spec.Lost);
        Drained = _shows.RunAsync();
        if (_input is not null)
            _typing.Run("type to the guest", _ => _input.RunAsync());
    }

    /// <summary>
    /// Completes when all of the guest's output has been written, which requires the console's end, or at once when this is disposed.
    /// </summary>
    public Task Drained { get; }

    /// <summary>Completes when the user has pressed Ctrl-] three times within a second, which requests the VM's end, or only leaves the console of another process's VM.</summary>
    public Task KillRequested => _killRequested.Task;

    /// <summary>Starts to forward; sets the user's terminal to raw mode if input is read from it.</summary>
    /// <param name="console">The guest's console; the caller disposes it after this.</param>
    /// <param name="spec">What to connect it with.</param>
    /// <exception cref="LinuxException">The user's terminal is closed.</exception>
    public static ConsoleForwarder Start(GuestConsole console, ConsoleSpec spec) => new(ConsoleEnd.Of(console), spec);

    /// <summary>Starts to forward; sets the user's terminal to raw mode if input is read from it.</summary>
    /// <param name="console">The guest's console, whose output is disposed with this.</param>
    /// <param name="spec">What to connect it with.</param>
    /// <exception cref="LinuxException">The user's terminal is closed.</exception>
    public static ConsoleForwarder Start(ConsoleEnd console, ConsoleSpec spec) => new(console, spec);

    /// <summary>Stops and restores the terminal, within time limits; it does not wait for further output of the guest.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _input?.Dispose();
        _window?.Dispose();
        _guest.Dispose();
        _shown.Dispose();
        await _typing.DisposeAsync();
        // Output that is being written must not change the terminal after it was restored.
        await Drained.WaitAsync(LastWrite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_shows.HasEnded)
            await FinalWrite.TryAsync(_output, _shows.End);
        _mode?.Dispose();
    }
}
