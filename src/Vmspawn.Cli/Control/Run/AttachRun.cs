using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn attach</c>.</summary>
internal static class AttachRun
{
    public static async Task<string?> RunAsync(AttachCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        var disk = command.Volume is { } volume
            ? await machine.Disks.AttachAsync(volume, command.Id, command.Format)
            : await machine.Disks.AttachAsync(command.Id, command.Path, command.Type, command.ReadOnly, command.Format);
        return StorageAnswer.Text(disk, command.Json);
    }
}
