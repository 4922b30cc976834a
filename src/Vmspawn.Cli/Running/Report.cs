namespace Vmspawn.Cli.Running;

/// <summary>Says things on standard error, one line each.</summary>
internal sealed class Report(bool quiet)
{
    /// <summary>A carriage return besides: while a guest has the terminal, a line feed alone does not go back.</summary>
    private static readonly string LineEnd = Console.IsErrorRedirected ? "\n" : "\r\n";

    public void Notice(string text)
    {
        if (!quiet)
            Output.WriteError($"vmspawn: {Messages.OneLine(text)}{LineEnd}");
    }

    public static void Error(string text) =>
        Output.WriteError($"{TextStyle.OfError().Red("vmspawn:")} {Messages.OneLine(text)}{LineEnd}");

    /// <summary>All problems, and the exit status they mean.</summary>
    public static int Failure(IReadOnlyList<Problem> problems)
    {
        Output.WriteError(Messages.Of(problems, TextStyle.OfError()));
        return Messages.ExitStatus(problems);
    }
}
