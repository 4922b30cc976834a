using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control;

/// <summary>Completes operands: machines that run or have a log, and their disks.</summary>
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
            _ => [],
        };

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
