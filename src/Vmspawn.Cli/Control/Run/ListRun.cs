using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn list</c>.</summary>
internal static class ListRun
{
    /// <summary>Time limit for one machine; all are queried in parallel.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(ListCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        try
        {
            var machines = await RunningMachine.ListStatusAsync(where with { AnswerTime = Silence });
            screen.Write(command.Json ? MachineList.Json(machines) : MachineList.Table(machines, screen.Style, screen.Width, screen.Now()));
            return 0;
        }
        catch (RunningMachineException failed)
        {
            screen.Fail([failed.Problem]);
            return 1;
        }
    }
}
