using System.Globalization;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>Writes messages to the log that the environment selects, one line each.</summary>
internal static class LogLine
{
    private const string Program = "vmspawn";

    /// <summary>The user-level facility of syslog(3).</summary>
    private const int Facility = 1 << 3;

    /// <summary>Time limit for a log whose queue is full.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(1);

    private const string JournalSocket = "/run/systemd/journal/socket", SyslogSocket = "/dev/log", KernelLog = "/dev/kmsg";

    /// <summary>With a carriage return: while a guest uses the terminal it is in raw mode, where a line feed does not return to the first column.</summary>
    private static readonly string LineEnd = TerminalMode.IsTerminal(StandardStream.Error) ? "\r\n" : "\n";

    private static readonly LogRequest Request = LogRequest.Of(Environment.GetEnvironmentVariable);

    /// <summary>Whether colours are requested or refused; null where the terminal decides.</summary>
    public static bool? Colours => Request.Colours;

    /// <summary>Whether errors are written to standard error.</summary>
    public static bool IsOnConsole => Request is { Level: >= LogRequest.Error, Target: LogTarget.Console or LogTarget.ConsolePrefixed };

    /// <summary>Writes a message if its level is enabled.</summary>
    public static void Write(int level, string text)
    {
        if (level > Request.Level)
            return;
        var line = Messages.OneLine(text);
        if (Request.Target == LogTarget.Null || SendTo(Request.Target, level, line))
            return;
        var prefix = Request.Target == LogTarget.ConsolePrefixed ? $"<{level}>" : "";
        var name = level <= LogRequest.Error && prefix.Length == 0 ? TextStyle.OfError().Red($"{Program}:") : $"{Program}:";
        Output.WriteError($"{prefix}{Time()}{name} {line}{LineEnd}");
    }

    /// <summary>Whether a log accepted it; otherwise it is written to standard error.</summary>
    private static bool SendTo(LogTarget target, int level, string line)
    {
        try
        {
            switch (target)
            {
                case LogTarget.Journal:
                    Send(JournalSocket, $"PRIORITY={level}\nSYSLOG_IDENTIFIER={Program}\nMESSAGE={line}\n");
                    return true;
                case LogTarget.Syslog:
                    Send(SyslogSocket, $"<{Facility | level}>{Program}[{Environment.ProcessId}]: {line}");
                    return true;
                case LogTarget.Kernel:
                    using (var log = OpenFile.Open(KernelLog, writable: true))
                        DescriptorIo.WriteAll(log, Encoding.UTF8.GetBytes($"<{Facility | level}>{Program}[{Environment.ProcessId}]: {line}\n"), TimeSpan.Zero);
                    return true;
                default:
                    return false;
            }
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Send(string address, string datagram) =>
        DatagramSocket.Send(address, Encoding.UTF8.GetBytes(datagram), SendTimeout);

    private static string Time() => Request.Time ? DateTimeOffset.Now.ToString("ddd yyyy-MM-dd HH:mm:ss.ffffff zzz': '", CultureInfo.InvariantCulture) : "";
}
