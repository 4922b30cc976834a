using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control;

/// <summary>Completes operands: machines that run or have a log, their disks, and images.</summary>
internal static class Completion
{
    // Short, because the shell waits for it while the user types.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The candidates for the next operand.</summary>
    /// <param name="verb">The subcommand.</param>
    /// <param name="before">The operands before it.</param>
    public static Task<IEnumerable<string>> WordsAsync(ControlVerb verb, IReadOnlyList<string> before) =>
        WordsAsync(verb, before, new RunningMachineOptions());

    /// <summary>The candidates for the next operand, for the machines in some directories.</summary>
    public static async Task<IEnumerable<string>> WordsAsync(ControlVerb verb, IReadOnlyList<string> before, RunningMachineOptions where) =>
        verb.OperandAt(before.Count)?.Kind switch
        {
            OperandKind.Machine => (await RunningMachine.ListAsync(where)).Except(before),
            OperandKind.LoggedMachine => MachineLog.Names(where.Environment),
            OperandKind.Snapshot => Snapshots(before),
            OperandKind.Storage => await StorageAsync(where with { AnswerTime = Timeout }, before[0]),
            OperandKind.Fault => FaultArguments.Kinds,
            OperandKind.FaultWord => before switch
            {
                [var name, "disk"] => await StorageAsync(where with { AnswerTime = Timeout }, name),
                [_, "disk", _] => FaultArguments.DiskFaults.Select(one => one.Word),
                [_, "disk", _, not "none"] => ["once"],
                [_, "link"] => ["down", "up"],
                [_, "helper", _] => FaultArguments.HelperFaults.Select(one => one.Word),
                _ => [],
            },
            OperandKind.NetworkAction => NetworkArguments.Actions,
            OperandKind.Network => before switch
            {
                ["create" or "list", ..] => [],
                [_] or ["rm", ..] => (await RunningNetwork.ListAsync(where)).Except(before),
                ["partition", _, ..] => await RunningMachine.ListAsync(where),
                _ => [],
            },
            OperandKind.ImageAction => ImageArguments.Actions,
            OperandKind.Image => Images().Except(before),
            _ => [],
        };

    /// <summary>The names of images, of those without a place or with a wrong catalogue none.</summary>
    public static IEnumerable<string> Images()
    {
        try
        {
            return VmImageStore.Open().List().Select(image => image.Name);
        }
        catch (VmImageException)
        {
            // Completion reports no errors.
            return [];
        }
    }

    private static IEnumerable<string> Snapshots(IReadOnlyList<string> before) =>
        VmSnapshot.UserDirectory() is { } directory ? VmSnapshot.List(directory).Select(snapshot => Path.GetFileName(snapshot.Directory)).Except(before) : [];

    private static async Task<IEnumerable<string>> StorageAsync(RunningMachineOptions where, string name)
    {
        try
        {
            await using var machine = await RunningMachine.OpenAsync(name, where);
            return machine.IsVmspawn ? (await machine.Disks.ListAsync()).Select(disk => disk.Name) : [];
        }
        catch (RunningMachineException)
        {
            // Completion reports no errors.
            return [];
        }
    }
}
