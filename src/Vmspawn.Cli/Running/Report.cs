using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Vmspawn.Cli.Running;

/// <summary>Prints messages on standard error, or in the log that the environment names, one line each.</summary>
internal sealed class Report(bool quiet)
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public void Notice(string text)
    {
        if (!quiet)
            LogLine.Write(LogRequest.Notice, text);
    }

    /// <summary>Prints a debug message with the seconds since this was created, even with <c>--quiet</c>.</summary>
    public void Detail(string text) =>
        LogLine.Write(LogRequest.Debug, $"[{TimeProvider.System.GetElapsedTime(_start).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)} s] {text}");

    /// <summary>Prints a log entry of the library.</summary>
    public void Write(LogLevel level, string text)
    {
        if (level >= LogLevel.Error)
            Error(text);
        else if (level >= LogLevel.Information)
            Notice(text);
        else
            Detail(text);
    }

    public static void Error(string text) => LogLine.Write(LogRequest.Error, text);

    /// <summary>Prints all problems and returns their exit status.</summary>
    public static int Failure(IReadOnlyList<Problem> problems)
    {
        foreach (var line in Messages.Lines(problems))
            Error(line);
        if (LogLine.IsOnConsole && Messages.HelpLine(problems) is { } help)
            Output.WriteError(help);
        return Messages.ExitStatus(problems, Environment.GetCommandLineArgs()[0]);
    }
}
