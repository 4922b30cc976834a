using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn poweroff</c>, <c>reboot</c>, <c>pause</c>, <c>resume</c> and <c>terminate</c>.</summary>
internal static class PowerRun
{
    public static async Task<string?> RunAsync(PowerCommand command, RunningMachines machines, string name)
    {
        await using var machine = await machines.OpenAsync(name);
        try
        {
            using var reply = await machine.CallAsync($"{MachineHandle.Instance}.{command.Method}");
        }
        catch (VarlinkDisconnectedException) when (command.Method == "Terminate")
        {
            // The machine ended before it could answer.
        }

        return null;
    }
}
