using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn exec</c>: a command in the guest, with this process's standard streams, signals and terminal.</summary>
internal static class ExecRun
{
    /// <summary>The exit status when no command could be run, as of ssh(1).</summary>
    public const int NotRun = 255;

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
        return await StreamedCommand.RunAsync(guest, command.Command, command.HasTerminal, signals);
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
}
