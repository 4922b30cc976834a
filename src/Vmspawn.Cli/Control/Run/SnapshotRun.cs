using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn snapshot</c>.</summary>
internal static class SnapshotRun
{
    /// <returns>The exit status: 1 when a snapshot cannot be used, read or removed.</returns>
    public static async Task<int> RunAsync(SnapshotCommand command, ControlScreen screen)
    {
        var problems = new List<Problem>();
        if (command.Action == SnapshotAction.List)
            List(command, screen, problems);
        foreach (var name in command.Action == SnapshotAction.List ? [] : command.Snapshots)
        {
            try
            {
                var snapshot = VmSnapshot.Open(VmSnapshot.PathOf(name));
                if (command.Action == SnapshotAction.Remove)
                    snapshot.Delete();
                else if (await snapshot.CheckAsync() is [_, ..] found)
                    problems.AddRange(found);
                else
                    screen.Write($"{name}: machines can continue from it\n");
            }
            catch (VmSnapshotException failure)
            {
                problems.AddRange(failure.Problems.Count > 0 ? failure.Problems : [new Problem("snapshot", name, failure.Message)]);
            }
        }

        if (problems.Count > 0)
            screen.Fail(problems);
        return problems.Count > 0 ? ExitStatus.Failed : 0;
    }

    private static void List(SnapshotCommand command, ControlScreen screen, List<Problem> problems)
    {
        var found = new List<VmSnapshot>();
        foreach (var directory in command.Snapshots.Count > 0 ? command.Snapshots : VmSnapshot.UserDirectory() is { } usual ? [usual] : [])
        {
            if (command.Snapshots.Count > 0 && !Directory.Exists(directory))
                problems.Add(new Problem("snapshot-list", directory, "there is no such directory"));
            try
            {
                found.AddRange(VmSnapshot.List(directory));
            }
            catch (VmSnapshotException failure)
            {
                problems.Add(new Problem("snapshot-list", directory, failure.Message));
            }
        }

        screen.Write(command.Json ? SnapshotList.Json(found) : SnapshotList.Table(found, screen.Style, screen.Width, screen.Now()));
    }
}
