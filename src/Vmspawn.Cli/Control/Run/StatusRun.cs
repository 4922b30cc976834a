using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn status</c>.</summary>
internal static class StatusRun
{
    public static async Task<string?> RunAsync(StatusCommand command, RunningMachineOptions where, string name, ControlScreen screen)
    {
        await using var machine = await RunningMachine.OpenAsync(name, where);
        var facts = await machine.GetStatusAsync();
        var status = machine.IsVmspawn
            ? new MachineStatus(facts, await machine.Disks.ListAsync(), await machine.ListPortsAsync())
            : new MachineStatus(facts, null, null);
        if (command.Json)
            return status.Json();
        var text = status.Text(screen.Style, screen.Width, screen.Now());
        return name == command.Names[0] ? text : "\n" + text;
    }
}
