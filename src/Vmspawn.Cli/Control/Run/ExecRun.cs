using System.Runtime.InteropServices;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn exec</c>: a command in the guest, with this process's standard streams, signals and terminal.</summary>
internal static class ExecRun
{
    /// <summary>The exit status when no command could be run, as of ssh(1).</summary>
    public const int NotRun = 255;

    /// <summary>The base of the exit status for a program that a signal ended, as in a shell.</summary>
    private const int SignalStatus = 128;

    /// <summary>How long the guest may be silent before the user is told.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <returns>The command's exit status, or <see cref="NotRun"/>.</returns>
    public static async Task<int> RunAsync(ExecCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        try
        {
            await using var machine = await RunningMachine.OpenAsync(command.Name, where);
            return await RunAsync(command, machine.Guest, screen);
        }
        catch (Exception error) when (MachineProblems.Of(command.Name, error) is { } problem)
        {
            screen.Fail([problem]);
            return NotRun;
        }
        catch (OperationCanceledException)
        {
            // A signal came before the guest answered.
            return NotRun;
        }
    }

    private static async Task<int> RunAsync(ExecCommand command, Guest guest, ControlScreen screen)
    {
        using var signals = new ForwardedSignals();
        await AnswerAsync(command, guest, screen, signals.First);
        var size = command.HasTerminal ? WindowSize.Of(StandardStream.Input) : null;
        if (command.HasTerminal && size is null)
            throw new MachineException("no-terminal", "--tty", "standard input is no terminal", "leave -t out");
        await using var process = await guest.StartAsync(command.Command with
        {
            Terminal = size is { } window ? new GuestTerminal(window, Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } type ? type : "dumb") : null,
        });
        signals.SendTo(process);
        using var raw = size is null ? null : TerminalMode.MakeRaw(StandardStream.Input);
        using var resized = size is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            if (WindowSize.Of(StandardStream.Input) is { } now)
                process.Resize(now);
        });
        await using var background = new BackgroundTasks((_, _) => { });
        background.Run("read standard input", stop => FeedAsync(process, stop));
        await using var output = new DescriptorStream(OpenFile.Duplicate(StandardStream.Output));
        await using var error = new DescriptorStream(OpenFile.Duplicate(StandardStream.Error));
        try
        {
            await Task.WhenAll(process.Output.CopyToAsync(output, signals.Second), process.Error.CopyToAsync(error, signals.Second));
            return await process.Exited.WaitAsync(signals.Second);
        }
        catch (LinuxException failed)
        {
            throw new OutputException(failed);
        }
        catch (OperationCanceledException) when (signals.Second.IsCancellationRequested)
        {
            // Disposing the command kills it.
            return SignalStatus + (int)Signal.SIGKILL;
        }
    }

    /// <summary>Waits for the guest; after a second with a message.</summary>
    private static async Task AnswerAsync(ExecCommand command, Guest guest, ControlScreen screen, CancellationToken cancel)
    {
        var answer = guest.WaitAsync(GuestWait.Channel, command.Timeout, cancel);
        try
        {
            var isLate = await Task.WhenAny(answer, Task.Delay(Quiet, cancel)) != answer && !command.Quiet;
            if (isLate)
                LogLine.Write(LogRequest.Notice, $"{command.Name}: waiting for the guest to answer (Ctrl-C gives up)");
            await answer;
            LogLine.Write(isLate ? LogRequest.Notice : LogRequest.Debug, $"{command.Name}: the guest answers by the channel {guest.Channel}");
        }
        catch (VmTimeoutException)
        {
            throw new MachineException(
                "guest-silent",
                command.Name,
                $"the guest has not answered within {DurationText.Of(command.Timeout ?? ExecCommand.UsualTimeout)}",
                "it may still boot (--timeout= waits longer); a guest without systemd 256 needs qemu-guest-agent, sshd, or the service of docs/guest-channel.md");
        }
    }

    private static async Task FeedAsync(GuestProcess process, CancellationToken stop)
    {
        await using var input = new DescriptorStream(OpenFile.Duplicate(StandardStream.Input));
        try
        {
            await input.CopyToAsync(process.Input, 64 << 10, stop);
        }
        catch (Exception error) when (error is LinuxException or IOException)
        {
            // The command has ended, or nothing can be read: it sees the end of its input.
        }

        await process.Input.DisposeAsync();
    }
}

/// <summary>Signals to this process, which are sent to a command; before it runs the first one cancels, and while it runs the second one of a kind.</summary>
internal sealed class ForwardedSignals : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly CancellationTokenSource _second = new();
    private readonly HashSet<Signal> _sent = [];
    private GuestProcess? _process;

    public ForwardedSignals()
    {
        _registrations =
        [
            Register(PosixSignal.SIGINT, Signal.SIGINT),
            Register(PosixSignal.SIGTERM, Signal.SIGTERM),
            Register(PosixSignal.SIGQUIT, Signal.SIGQUIT),
            Register(PosixSignal.SIGHUP, Signal.SIGHUP),
        ];
    }

    /// <summary>Cancelled by the first signal while there is no command.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Cancelled when a signal comes that was sent to the command before.</summary>
    public CancellationToken Second => _second.Token;

    public void SendTo(GuestProcess process) => Volatile.Write(ref _process, process);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, Signal number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Volatile.Read(ref _process) is not { } process)
        {
            _first.Cancel();
            return;
        }

        bool isNew;
        lock (_sent)
            isNew = _sent.Add(number);
        if (isNew)
            process.Send(number);
        else
            _second.Cancel();
    });
}
