using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn freeze</c>.</summary>
internal static class FreezeRun
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static async Task<string?> RunAsync(FreezeCommand command, RunningMachineOptions where)
    {
        var path = VmSnapshot.PathOf(command.Snapshot, where.Environment);
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        MakeUserDirectory(path, where.Environment);
        // When a signal ends this process, the owner notices that the connection is gone, and the machine goes on.
        await machine.FreezeAsync(path, command.Options);
        return null;
    }

    /// <summary>The directory of snapshots with names is made for the first of them.</summary>
    private static void MakeUserDirectory(string path, VmEnvironment? environment)
    {
        var directory = Path.GetDirectoryName(path);
        if (directory is null || directory != VmSnapshot.UserDirectory(environment) || Directory.Exists(directory))
            return;
        try
        {
            Directory.CreateDirectory(directory, Private);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MachineException("snapshot-place", path, $"{directory} cannot be made: {error.Message}");
        }
    }
}
