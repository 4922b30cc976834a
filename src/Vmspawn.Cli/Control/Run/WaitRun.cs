using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn wait</c>.</summary>
internal static class WaitRun
{
    /// <returns>0 when it has happened, the machine's status for its end, else 1.</returns>
    public static async Task<int> RunAsync(WaitCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        try
        {
            await using var machine = await RunningMachine.OpenAsync(command.Name, where);
            if (command.For is { } awaited)
            {
                await machine.Guest.WaitAsync(awaited, command.Timeout ?? Timeout.InfiniteTimeSpan);
                if (machine.Guest.Channel is { Length: > 0 } channel)
                    LogLine.Write(LogRequest.Debug, $"{command.Name}: the guest answers by the channel {channel}");
                return 0;
            }

            using var limit = new CancellationTokenSource(command.Timeout ?? Timeout.InfiniteTimeSpan);
            return (await machine.WaitExitAsync(limit.Token)).Status;
        }
        catch (OperationCanceledException)
        {
            screen.Fail([new Problem("wait-timeout", command.Name, $"the machine has not ended within {DurationText.Of(command.Timeout!.Value)}")]);
            return ExitStatus.Failed;
        }
        catch (Exception error) when (MachineProblems.Of(command.Name, error) is { } problem)
        {
            screen.Fail([problem]);
            return ExitStatus.Failed;
        }
    }
}
