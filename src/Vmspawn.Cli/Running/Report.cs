using System.Globalization;

namespace Vmspawn.Cli.Running;

/// <summary>Says things on standard error, or where else the environment wants them, one line each.</summary>
internal sealed class Report(bool quiet)
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public void Notice(string text)
    {
        if (!quiet)
            LogLine.Write(LogRequest.Notice, text);
    }

    /// <summary>For who looks for a fault, quiet or not: a step with the seconds since this was made.</summary>
    public void Detail(string text) =>
        LogLine.Write(LogRequest.Debug, $"[{TimeProvider.System.GetElapsedTime(_start).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)} s] {text}");

    public static void Error(string text) => LogLine.Write(LogRequest.Error, text);

    /// <summary>All problems, and the exit status they mean.</summary>
    public static int Failure(IReadOnlyList<Problem> problems)
    {
        foreach (var line in Messages.Lines(problems))
            Error(line);
        if (LogLine.IsOnConsole && Messages.HelpLine(problems) is { } help)
            Output.WriteError(help);
        return Messages.ExitStatus(problems, Environment.GetCommandLineArgs()[0]);
    }
}
