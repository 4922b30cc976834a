using Vmspawn.Cli.Control.Parse;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn logs</c>.</summary>
internal static class LogsRun
{
    /// <summary>The names that a message has.</summary>
    private const int MostNames = 5;

    public static async Task<string?> RunAsync(LogsCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        var name = Find(command.Name, where.Environment);
        var path = MachineLog.PathOf(name, where.Environment)
            ?? throw new MachineException("log-place", command.Name, "there is no place for logs: neither $XDG_STATE_HOME nor $HOME is set");
        try
        {
            await foreach (var text in MachineLog.ReadAsync(path, command.Follow))
                screen.Write(text);
            return null;
        }
        catch (LinuxException missing) when (missing.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            var near = Nearest.Order(command.Name, MachineLog.Names(where.Environment)).ToList();
            throw new MachineException("log-missing", command.Name, $"there is no log of a machine of this name ({path})", near.Count > 0 ? $"there are logs of {Some(near)}" : "vmspawn run writes it");
        }
        catch (LinuxException failed)
        {
            throw new MachineException("log-closed", command.Name, $"its log {path} cannot be read: {FailureReason.Of(failed)}");
        }
    }

    /// <summary>The machine whose log is meant; the given name if none has one.</summary>
    /// <exception cref="MachineException">Several ephemeral machines can be meant.</exception>
    private static string Find(string name, VmEnvironment? environment) => MachineLog.Find(name, environment) switch
    {
        [] => name,
        [var only] => only,
        var several => throw new MachineException("log-ambiguous", name, "several ephemeral machines of this image have logs", $"name one, the last written first: {Some(several)}"),
    };

    private static string Some(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");
}
