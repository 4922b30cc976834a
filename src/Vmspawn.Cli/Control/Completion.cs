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
            OperandKind.Storage => await StorageAsync(where with { AnswerTime = Timeout }, before[0]),
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
