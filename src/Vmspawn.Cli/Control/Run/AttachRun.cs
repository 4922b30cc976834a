using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn attach</c>.</summary>
internal static class AttachRun
{
    /// <summary>Time limit for opening the image and adding the device.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static async Task<string?> RunAsync(AttachCommand command, RunningMachines machines, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(command.Name, Time);
        using var file = command.Volume is { } volume
            ? await StorageFile.AcquireAsync(volume, command.Scope)
            : StorageFile.Open(command.Path, command.ReadOnly);
        if (!machine.IsOurs)
            return await AttachAnywhereAsync(command, machine, file);
        using var reply = await machine.CallAsync(
            $"{MachineHandle.Ours}.Attach",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, command.Id);
                if (command.Type is { } type)
                    writer.WriteString("config"u8, type);
                if (command.ReadOnly)
                    writer.WriteBoolean("readOnly"u8, true);
                if (command.Format is { } format)
                    writer.WriteString("format"u8, format);
                writer.WriteString("path"u8, command.Volume?.Name ?? Path.GetFullPath(command.Path));
            },
            [file]);
        return StorageAnswer.Text(reply.Parameters, command.Json);
    }

    // systemd-vmspawn's server derives read-only from the descriptor's access mode.
    private static async Task<string?> AttachAnywhereAsync(AttachCommand command, MachineHandle machine, Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        if (command.Format is not (null or "raw"))
            throw new MachineException("not-offered", command.Name, $"its server, {machine.Server}, attaches raw images only");
        using var reply = await machine.CallAsync(
            $"{MachineHandle.Instance}.AddStorage",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, command.Id);
                if (command.Type is { } type)
                    writer.WriteString("config"u8, type);
            },
            [file]);
        return StorageAnswer.Text(command.Id, command.Json);
    }
}
