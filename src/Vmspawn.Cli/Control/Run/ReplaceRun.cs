using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn replace</c>.</summary>
internal static class ReplaceRun
{
    public static async Task<string?> RunAsync(ReplaceCommand command, RunningMachines machines, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(command.Name, AttachRun.Time);
        if (!machine.IsOurs)
            return await ReplaceAnywhereAsync(command, machine);
        var disks = await StorageFacts.ListAsync(machine);
        var isReadOnly = disks.FirstOrDefault(disk => disk.Name == command.Id)?.ReadOnly ?? false;
        using var file = StorageFile.Open(command.Path, command.ReadOnly || isReadOnly);
        using var reply = await machine.CallAsync(
            $"{MachineHandle.Ours}.Replace",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, command.Id);
                writer.WriteString("path"u8, Path.GetFullPath(command.Path));
                if (command.Format is { } format)
                    writer.WriteString("format"u8, format);
            },
            [file]);
        return StorageAnswer.Text(reply.Parameters, command.Json);
    }

    private static async Task<string?> ReplaceAnywhereAsync(ReplaceCommand command, MachineHandle machine)
    {
        using var file = StorageFile.Open(command.Path, command.ReadOnly);
        using var reply = await machine.CallAsync(
            $"{MachineHandle.Instance}.ReplaceStorage",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, command.Id);
            },
            [file]);
        return StorageAnswer.Text(command.Id, command.Json);
    }
}
