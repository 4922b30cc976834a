using System.Globalization;

namespace Vmspawn.Cli.Running;

/// <summary>Where messages go.</summary>
internal enum LogTarget
{
    /// <summary>Standard error.</summary>
    Console,

    /// <summary>Standard error, each line with its level in front as sd-daemon(3) has it.</summary>
    ConsolePrefixed,

    /// <summary>The journal.</summary>
    Journal,

    /// <summary>The system log, <c>/dev/log</c>.</summary>
    Syslog,

    /// <summary>The kernel's log.</summary>
    Kernel,

    /// <summary>Nowhere.</summary>
    Null,
}

/// <summary>The requested log target, level and format: <c>$SYSTEMD_LOG_LEVEL</c> and its siblings, as systemd's own programs read them.</summary>
internal sealed record LogRequest
{
    /// <summary>Numbers of syslog(3).</summary>
    public const int Error = 3, Notice = 5, Debug = 7;

    private const int Info = 6;

    private static readonly string[] Levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    /// <summary>The least urgent level that is shown.</summary>
    public int Level { get; init; } = Info;

    public LogTarget Target { get; init; } = LogTarget.Console;

    /// <summary>The time stands in front of each line.</summary>
    public bool Time { get; init; }

    /// <summary>Colours, requested or refused; null where the terminal decides.</summary>
    public bool? Colours { get; init; }

    /// <summary>Invalid values are ignored: a message about one would precede the configuration of messages.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    public static LogRequest Of(Func<string, string?> environment)
    {
        var target = TargetOf(environment("SYSTEMD_LOG_TARGET"));
        return new LogRequest
        {
            Target = target,
            Level = LevelOf(environment("SYSTEMD_LOG_LEVEL"), target) ?? Info,
            Time = Flag(environment("SYSTEMD_LOG_TIME")) ?? false,
            Colours = Flag(environment("SYSTEMD_LOG_COLOR")),
        };
    }

    /// <summary>A level, or several of which each is for a target; the last that fits counts.</summary>
    private static int? LevelOf(string? text, LogTarget target)
    {
        int? level = null;
        foreach (var part in (text ?? "").Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && !IsFor(part[..colon], target))
                continue;
            var word = part[(colon + 1)..];
            if (Array.IndexOf(Levels, word) is >= 0 and var named)
                level = named;
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Levels.Length)
                level = number;
        }

        return level;
    }

    private static bool IsFor(string word, LogTarget target) => target switch
    {
        LogTarget.Console or LogTarget.ConsolePrefixed => word == "console",
        LogTarget.Journal => word == "journal",
        LogTarget.Syslog => word == "syslog",
        LogTarget.Kernel => word == "kmsg",
        _ => false,
    };

    private static LogTarget TargetOf(string? word) => word switch
    {
        "console-prefixed" => LogTarget.ConsolePrefixed,
        "journal" or "journal-or-kmsg" => LogTarget.Journal,
        "syslog" or "syslog-or-kmsg" => LogTarget.Syslog,
        "kmsg" => LogTarget.Kernel,
        "null" => LogTarget.Null,
        _ => LogTarget.Console,
    };

    private static bool? Flag(string? text) => text switch
    {
        "1" or "yes" or "y" or "true" or "t" or "on" => true,
        "0" or "no" or "n" or "false" or "f" or "off" => false,
        _ => null,
    };
}
