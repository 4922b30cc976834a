using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn list</c>.</summary>
internal static class ListRun
{
    /// <summary>Time limit for one machine; all are queried in parallel.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(ListCommand command, MachinePlaces places, uint uid, ControlScreen screen)
    {
        if (command.Scope != RuntimeScope.Auto && places.Closed is [var closed, ..])
        {
            screen.Fail([new Problem("place-permission", closed, "this directory is another user's", "call this as root")]);
            return 1;
        }

        var asked = await Task.WhenAll(places.Entries().Select(entry => AskAsync(entry, uid)));
        var machines = asked.OfType<MachineFacts>().ToList();
        screen.Write(command.Json ? MachineList.Json(machines) : MachineList.Table(machines, screen.Style, screen.Width, screen.Now()));
        return 0;
    }

    // A machine that cannot be queried is listed nevertheless; one that has ended is not.
    private static async Task<MachineFacts?> AskAsync(MachineEntry entry, uint uid)
    {
        using var limit = new CancellationTokenSource(Silence);
        try
        {
            await using var machine = await MachineHandle.TryOpenAsync(entry, uid, Silence, Silence);
            return machine is null ? null : await MachineFacts.AskAsync(machine, limit.Token);
        }
        catch (Exception e) when (MachineErrors.Of(entry.Name, e) is { } problem)
        {
            return problem.Code == "machine-ended" ? null : MachineFacts.Unknown(entry, Words(problem.Code));
        }
    }

    private static string Words(string code) => code switch
    {
        "machine-silent" => "not answering",
        "machine-permission" => "not permitted",
        _ => "unknown",
    };
}
