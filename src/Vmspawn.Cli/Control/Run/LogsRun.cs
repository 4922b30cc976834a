using Vmspawn.Cli.Control.Parse;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn logs</c>.</summary>
internal static class LogsRun
{
    public static async Task<string?> RunAsync(LogsCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        var path = MachineLog.PathOf(command.Name, where.Environment)
            ?? throw new MachineException("log-place", command.Name, "there is no place for logs: neither $XDG_STATE_HOME nor $HOME is set");
        try
        {
            await foreach (var text in MachineLog.ReadAsync(path, command.Follow))
                screen.Write(text);
            return null;
        }
        catch (LinuxException missing) when (missing.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw new MachineException("log-missing", command.Name, $"there is no log of a machine of this name ({path})", "vmspawn run writes it");
        }
        catch (LinuxException failed)
        {
            throw new MachineException("log-closed", command.Name, $"its log {path} cannot be read: {FailureReason.Of(failed)}");
        }
    }
}
