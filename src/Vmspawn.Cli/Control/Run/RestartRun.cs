using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn restart</c>.</summary>
internal static class RestartRun
{
    public static async Task<string?> RunAsync(RestartCommand command, RunningMachineOptions where, string name)
    {
        await using var machine = await RunningMachine.OpenAsync(name, where);
        await machine.RestartAsync(command.Force, command.Timeout);
        return null;
    }
}
