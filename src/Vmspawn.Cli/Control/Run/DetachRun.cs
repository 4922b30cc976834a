using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn detach</c>.</summary>
internal static class DetachRun
{
    public static async Task<string?> RunAsync(DetachCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        if (!command.Wait)
            return await machine.Disks.RequestDetachAsync(command.Id, command.Timeout) ? null : $"{Messages.OneLine(command.Id)}: the guest was requested to release it\n";
        await machine.Disks.DetachAsync(command.Id, command.Timeout);
        return null;
    }
}
