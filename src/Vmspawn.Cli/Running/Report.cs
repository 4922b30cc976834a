using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>Prints messages on standard error, one line each.</summary>
internal sealed class Report(bool quiet)
{
    /// <summary>With a carriage return on a terminal: in raw mode a line feed does not return to the first column.</summary>
    private static readonly string LineEnd = TerminalMode.IsTerminal(StandardStream.Error) ? "\r\n" : "\n";

    // 7 is syslog(3)'s level "debug".
    private readonly bool _isDetailed = Environment.GetEnvironmentVariable("SYSTEMD_LOG_LEVEL") is "debug" or "7";

    public void Notice(string text)
    {
        if (!quiet)
            Output.WriteError($"vmspawn: {Messages.OneLine(text)}{LineEnd}");
    }

    /// <summary>Prints a debug message if <c>$SYSTEMD_LOG_LEVEL</c> enables it, even with <c>--quiet</c>.</summary>
    public void Detail(string text)
    {
        if (_isDetailed)
            Output.WriteError($"vmspawn: {Messages.OneLine(text)}{LineEnd}");
    }

    public static void Error(string text) =>
        Output.WriteError($"{TextStyle.OfError().Red("vmspawn:")} {Messages.OneLine(text)}{LineEnd}");

    /// <summary>Prints all problems and returns their exit status.</summary>
    public static int Failure(IReadOnlyList<Problem> problems)
    {
        Output.WriteError(Messages.Of(problems, TextStyle.OfError()));
        return Messages.ExitStatus(problems);
    }
}
