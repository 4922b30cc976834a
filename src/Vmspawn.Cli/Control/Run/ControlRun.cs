using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;
using Vmspawn.Cli.Ssh;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Runs a command for running machines.</summary>
internal static class ControlRun
{
    /// <summary>Runs it with this process's environment and standard streams.</summary>
    /// <returns>The exit status: 1 when anything failed for any machine.</returns>
    public static async Task<int> RunAsync(ControlCommand command)
    {
        try
        {
            return await RunAsync(command, new RunningMachineOptions { Scope = command.Scope }, ControlScreen.OfOutput());
        }
        catch (OutputException e)
        {
            if (e.IsReaderGone)
                return 0;
            Report.Error($"standard output: it cannot be written: {e.Message}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>Runs it for the machines of some directories.</summary>
    public static async Task<int> RunAsync(ControlCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        switch (command)
        {
            case ListCommand list:
                return await ListRun.RunAsync(list, where, screen);
            case StatusCommand status:
                return await EachMachine.RunAsync(status.Names, screen, name => StatusRun.RunAsync(status, where, name, screen));
            case PowerCommand power:
                return await EachMachine.RunAsync(power.Names, screen, name => PowerRun.RunAsync(power, where, name));
            case RestartCommand restart:
                return await EachMachine.RunAsync(restart.Names, screen, name => RestartRun.RunAsync(restart, where, name));
            case AttachCommand attach:
                return await EachMachine.RunAsync([attach.Name], screen, _ => AttachRun.RunAsync(attach, where, screen));
            case DetachCommand detach:
                return await EachMachine.RunAsync([detach.Name], screen, _ => DetachRun.RunAsync(detach, where));
            case ReplaceCommand replace:
                return await EachMachine.RunAsync([replace.Name], screen, _ => ReplaceRun.RunAsync(replace, where));
            case EventsCommand events:
                return await EachMachine.RunAsync([events.Name], screen, _ => EventsRun.RunAsync(events, where, screen));
            case ExecCommand exec:
                return await ExecRun.RunAsync(exec, where, screen);
            case CopyCommand copy:
                return await EachMachine.RunAsync([copy.Name], screen, _ => CopyRun.RunAsync(copy, where));
            case WaitCommand wait:
                return await WaitRun.RunAsync(wait, where, screen);
            case SshCommand ssh:
                return await SshRun.RunAsync(ssh, where, screen);
            case ConsoleCommand console:
                return await EachMachine.RunAsync([console.Name], screen, _ => ConsoleRun.RunAsync(console, where));
            case LogsCommand logs:
                return await EachMachine.RunAsync([logs.Name], screen, _ => LogsRun.RunAsync(logs, where, screen));
            case QmpCommand qmp:
                return await EachMachine.RunAsync([qmp.Name], screen, _ => QmpRun.RunAsync(qmp, where));
            case FreezeCommand freeze:
                return await EachMachine.RunAsync([freeze.Name], screen, _ => FreezeRun.RunAsync(freeze, where));
            case SnapshotCommand snapshot:
                return await SnapshotRun.RunAsync(snapshot, screen);
            case FaultCommand fault:
                return await EachMachine.RunAsync([fault.Name], screen, async name =>
                {
                    await using var machine = await RunningMachine.OpenAsync(name, where);
                    return await fault.Run(machine);
                });
            case NetworkChangeCommand change:
                return await EachMachine.RunAsync(change.Names, screen, name => NetworkRun.ChangeAsync(change, where, name));
            case NetworkListCommand list:
                return await EachMachine.RunAsync(["network"], screen, _ => NetworkRun.ListAsync(list, where, screen));
            case NetworkStatusCommand status:
                return await EachMachine.RunAsync([status.Name], screen, _ => NetworkRun.StatusAsync(status, where, screen));
            case NetworkCaptureCommand capture:
                return await EachMachine.RunAsync([capture.Name], screen, _ => NetworkRun.CaptureAsync(capture, where));
            case ImageListCommand or ImagePullCommand or ImageBuildCommand or ImageRemoveCommand:
                return await ImageRun.RunAsync(command, screen);
            case DoctorCommand doctor:
                return await DoctorRun.RunAsync(doctor, screen);
            default:
                throw new InvalidOperationException($"Nobody carries out {command.GetType()}.");
        }
    }
}
