using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>Says things on standard error, one line each.</summary>
internal sealed class Report(bool quiet)
{
    /// <summary>A carriage return besides: while a guest has the terminal, a line feed alone does not go back.</summary>
    private static readonly string LineEnd = TerminalMode.IsTerminal(StandardStream.Error) ? "\r\n" : "\n";

    // 7 is the number of "debug" (syslog(3)).
    private readonly bool _isDetailed = Environment.GetEnvironmentVariable("SYSTEMD_LOG_LEVEL") is "debug" or "7";

    public void Notice(string text)
    {
        if (!quiet)
            Output.WriteError($"vmspawn: {Messages.OneLine(text)}{LineEnd}");
    }

    /// <summary>For who looks for a fault, quiet or not: <c>$SYSTEMD_LOG_LEVEL</c> asks for it.</summary>
    public void Detail(string text)
    {
        if (_isDetailed)
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
