using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn poweroff</c>, <c>reboot</c>, <c>pause</c>, <c>resume</c> and <c>terminate</c>.</summary>
internal static class PowerRun
{
    public static async Task<string?> RunAsync(PowerCommand command, RunningMachineOptions where, string name)
    {
        await using var machine = await RunningMachine.OpenAsync(name, where);
        await command.Run(machine);
        return null;
    }
}
