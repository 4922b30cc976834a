namespace Vmspawn.SystemTests.Harness;

/// <summary>The check after every test: what was started is gone, what was made is removed.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Kills what is left, so that one failure is one failure, and says what it was.</summary>
    public static async Task<List<string>> Sweep(Scratch scratch)
    {
        var found = new List<string>();
        var end = DateTime.UtcNow + Grace;
        // A process that was killed with its parent takes a moment to be gone.
        while (Processes.With(scratch.Mark).Count > 0 && DateTime.UtcNow < end)
            await Task.Delay(50);
        var left = Processes.With(scratch.Mark);
        // All are described before any is killed: some die with another.
        found.AddRange(left.Select(id => $"process {Processes.Describe(id)}"));
        foreach (var id in left)
            Processes.Kill(id);
        found.AddRange(scratch.Strangers().Select(path => $"file {path}"));
        found.AddRange(OfOurs("/run/systemd/vmspawn", scratch.Mark).Concat(OfOurs("/var/tmp", scratch.Mark))
            .Select(path => $"file {path}"));
        return found;
    }

    private static string[] OfOurs(string folder, string mark) =>
        Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder, $"*{mark}*") : [];
}
