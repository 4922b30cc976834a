using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn replace</c>.</summary>
internal static class ReplaceRun
{
    public static async Task<string?> RunAsync(ReplaceCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        var disk = await machine.Disks.ReplaceAsync(command.Id, command.Path, command.ReadOnly, command.Format);
        return StorageAnswer.Text(disk, command.Json);
    }
}
