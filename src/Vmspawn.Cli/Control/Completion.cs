using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Host;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control;

/// <summary>Completes operands by querying the running machines.</summary>
internal static class Completion
{
    // Short, because the shell waits for it while the user types.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The candidates for the next operand.</summary>
    /// <param name="verb">The subcommand.</param>
    /// <param name="before">The operands before it.</param>
    public static Task<IEnumerable<string>> WordsAsync(ControlVerb verb, IReadOnlyList<string> before)
    {
        var uid = HostProbe.EffectiveUser;
        var places = MachinePlaces.Find(RuntimeScope.Auto, uid, Environment.GetEnvironmentVariable);
        return WordsAsync(verb, before, places, uid);
    }

    /// <summary>The candidates for the next operand, for the machines in some directories.</summary>
    public static async Task<IEnumerable<string>> WordsAsync(ControlVerb verb, IReadOnlyList<string> before, MachinePlaces places, uint uid)
    {
        var machines = new RunningMachines(places, uid);
        return verb.OperandAt(before.Count)?.Kind switch
        {
            OperandKind.Machine => (await machines.NamesAsync()).Except(before),
            OperandKind.Storage => await StorageAsync(machines, before[0]),
            _ => [],
        };
    }

    private static async Task<IEnumerable<string>> StorageAsync(RunningMachines machines, string name)
    {
        try
        {
            await using var machine = await machines.OpenAsync(name, Timeout);
            return machine.IsOurs ? (await StorageFacts.ListAsync(machine)).Select(disk => disk.Name) : [];
        }
        catch (Exception e) when (MachineErrors.Of(name, e) is not null)
        {
            // Completion reports no errors.
            return [];
        }
    }
}
