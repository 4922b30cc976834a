using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Runs a command for running machines.</summary>
internal static class ControlRun
{
    /// <summary>Runs it with this process's environment and standard streams.</summary>
    /// <returns>The exit status: 1 when anything failed for any machine.</returns>
    public static async Task<int> RunAsync(ControlCommand command)
    {
        var uid = HostProbe.EffectiveUser;
        var places = MachinePlaces.Find(command.Scope, uid, Environment.GetEnvironmentVariable);
        try
        {
            return await RunAsync(command, places, uid, ControlScreen.OfOutput());
        }
        catch (OutputException e)
        {
            if (e.IsReaderGone)
                return 0;
            Report.Error($"standard output: it cannot be written: {e.Message}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>Runs it for the machines in some directories.</summary>
    public static async Task<int> RunAsync(ControlCommand command, MachinePlaces places, uint uid, ControlScreen screen)
    {
        var machines = new RunningMachines(places, uid);
        switch (command)
        {
            case ListCommand list:
                return await ListRun.RunAsync(list, places, uid, screen);
            case StatusCommand status:
                return await EachMachine.RunAsync(status.Names, screen, name => StatusRun.RunAsync(status, machines, name, screen));
            case PowerCommand power:
                return await EachMachine.RunAsync(power.Names, screen, name => PowerRun.RunAsync(power, machines, name));
            case AttachCommand attach:
                return await EachMachine.RunAsync([attach.Name], screen, _ => AttachRun.RunAsync(attach, machines, screen));
            case DetachCommand detach:
                return await EachMachine.RunAsync([detach.Name], screen, _ => DetachRun.RunAsync(detach, machines, screen));
            case ReplaceCommand replace:
                return await EachMachine.RunAsync([replace.Name], screen, _ => ReplaceRun.RunAsync(replace, machines, screen));
            case EventsCommand events:
                return await EachMachine.RunAsync([events.Name], screen, _ => EventsRun.RunAsync(events, machines, screen));
            case SshCommand ssh:
                return await SshRun.RunAsync(ssh, machines, screen);
            case QmpCommand qmp:
                return await EachMachine.RunAsync([qmp.Name], screen, _ => QmpRun.RunAsync(qmp, machines, screen));
            case DoctorCommand doctor:
                return await DoctorRun.RunAsync(doctor, screen);
            default:
                throw new InvalidOperationException($"Nobody carries out {command.GetType()}.");
        }
    }
}
