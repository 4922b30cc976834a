using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Does one thing with several machines.</summary>
internal static class EachMachine
{
    /// <summary>Does it with all at once, whatever happens to some; answers are printed in the order of the names.</summary>
    /// <param name="names">The machines; each is asked once.</param>
    /// <param name="screen">Where answers and failures go.</param>
    /// <param name="run">Does it with one; returns what to print of it, if anything.</param>
    /// <returns>The exit status: 1 when any failed.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> names, ControlScreen screen, Func<string, Task<string?>> run)
    {
        var answers = names.Distinct().Select(name => TryAsync(name, run)).ToList();
        var problems = new List<Problem>();
        foreach (var answer in answers)
        {
            var (text, problem) = await answer;
            if (text is not null)
                screen.Write(text);
            if (problem is not null)
                problems.Add(problem);
        }

        if (problems.Count > 0)
            screen.Fail(problems);
        return problems.Count > 0 ? ExitStatus.Failed : 0;
    }

    private static async Task<(string? Text, Problem? Problem)> TryAsync(string name, Func<string, Task<string?>> run)
    {
        try
        {
            return (await run(name), null);
        }
        catch (Exception e) when (MachineErrors.Of(name, e) is { } problem)
        {
            return (null, problem);
        }
    }
}
