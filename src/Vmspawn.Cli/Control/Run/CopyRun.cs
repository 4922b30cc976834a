using Vmspawn.Cli.Control.Parse;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn cp</c>.</summary>
internal static class CopyRun
{
    public static async Task<string?> RunAsync(CopyCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        if (command.IsIn && !command.Recursive && Directory.Exists(command.HostPath))
            throw new MachineException("copy-directory", command.HostPath, "it is a directory", "-r copies directories");
        if (!command.IsIn && !command.Recursive && (await machine.Guest.RunAsync(new GuestCommand("test", "-d", command.GuestPath))).IsSuccess)
            throw new MachineException("copy-directory", $"{command.Name}:{command.GuestPath}", "it is a directory", "-r copies directories");
        try
        {
            await (command.IsIn ? machine.Guest.CopyInAsync(command.HostPath, command.GuestPath) : machine.Guest.CopyOutAsync(command.GuestPath, command.HostPath));
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new MachineException("copy-host", command.HostPath, FailureReason.Of(failed));
        }
        catch (GuestCommandException failed)
        {
            throw new MachineException("copy-guest", $"{command.Name}:{command.GuestPath}", Messages.OneLine(failed.Result.Error.Trim()));
        }
    }
}
