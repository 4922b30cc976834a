using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Runs an operation for several machines.</summary>
internal static class EachMachine
{
    /// <summary>Runs it for all machines in parallel, even if some fail; answers are printed in the order of the names.</summary>
    /// <param name="names">The machines; duplicates are ignored.</param>
    /// <param name="screen">Prints answers and failures.</param>
    /// <param name="run">Runs it for one machine; returns the text to print, or null.</param>
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
        catch (Exception e) when (MachineProblems.Of(name, e) is { } problem)
        {
            return (null, problem);
        }
    }
}
