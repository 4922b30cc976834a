using System.Net;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The actions of <c>vmspawn network</c>, each with its own words and options.</summary>
internal static class NetworkArguments
{
    private static readonly Form[] Forms =
    [
        new("create", "NAME", 1, ["--subnet", "--foreground"]),
        new("list", "", 0, ["--json"]),
        new("status", "NAME", 1, ["--json"]),
        new("rm", "NAME…", 1, []) { Repeats = true },
        new("partition", "NAME MACHINE[,MACHINE…] MACHINE[,MACHINE…]", 3, []),
        new("heal", "NAME", 1, []),
        new("quality", "NAME", 1, ["--loss", "--delay", "--jitter"]),
        new("capture", "NAME FILE|-", 2, []),
    ];

    /// <summary>The actions with their words.</summary>
    public static string Usage => string.Join(", ", Forms.Select(form => $"{form.Action} {form.Operands}".TrimEnd()));

    /// <summary>The words of the actions.</summary>
    public static string[] Actions { get; } = [.. Forms.Select(form => form.Action)];

    /// <summary>The options of all actions.</summary>
    public static ControlOption[] Options() =>
    [
        new("--subnet", "ADDRESS/BITS")
        {
            Description = "create: its IPv4 addresses, from /8 to /29",
            Default = "a /24 of 10.0.0.0/8",
            Set = (options, value, problems) => IPNetwork.TryParse(value, out var subnet)
                ? options with { Network = options.Network with { Subnet = subnet } }
                : Wrong(options, problems, $"--subnet={value}", "this is no subnet", "write it like 10.1.2.0/24: no bits behind the prefix"),
        },
        new("--foreground") { Description = "create: keep it in this process, until a signal ends it", Set = (options, _, _) => options with { Network = options.Network with { Foreground = true } } },
        new("--loss", "PERCENT")
        {
            Description = "quality: the frames that are lost, from 0 to 100",
            Default = "0",
            Set = (options, value, problems) => double.TryParse(value.TrimEnd('%'), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var percent) && percent <= 100
                ? options with { Network = options.Network with { Quality = options.Network.Quality with { Loss = percent / 100 } } }
                : Wrong(options, problems, $"--loss={value}", "this is no percentage", "write it like 2.5 or 2.5%"),
        },
        Time("--delay", "quality: how long each frame is on its way", (quality, time) => quality with { Delay = time }),
        Time("--jitter", "quality: by how much the delay varies, up and down", (quality, time) => quality with { Jitter = time }),
        ControlDeclarations.Json("list, status: print JSON"),
    ];

    /// <summary>Creates the command.</summary>
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> given, ICollection<Problem> problems)
    {
        if (Array.Find(Forms, form => form.Action == given[0]) is not { } form)
        {
            problems.Add(Mistake(given[0], "there is no such action", Nearest.Hint(given[0], Actions) ?? $"there are {string.Join(", ", Actions)}"));
            return null;
        }

        var words = given.Skip(1).ToList();
        if (words.Count < form.Words || (words.Count > form.Words && !form.Repeats))
            problems.Add(Mistake($"network {form.Action}", words.Count < form.Words ? "a word is missing" : $"it takes no such word: {words[^1]}", form.Usage));
        foreach (var option in options.Given.Where(option => Options().Any(known => known.Name == option) && !form.Options.Contains(option)))
            problems.Add(Mistake(option, $"\"network {form.Action}\" has no such option", form.Usage));
        foreach (var name in form.Repeats ? words : words.Take(1))
        {
            if (MachineNameText.Parse(name).Mistake is { } mistake)
                problems.Add(mistake.About(name));
        }

        return problems.Count > 0 ? null : Make(form.Action, options, words);
    }

    private static ControlCommand Make(string action, ControlOptions options, List<string> words) => action switch
    {
        "create" => new NetworkCreateCommand(options.Scope, words[0], options.Network.Subnet, options.Network.Foreground),
        "list" => new NetworkListCommand(options.Scope, options.Json),
        "status" => new NetworkStatusCommand(options.Scope, words[0], options.Json),
        "rm" => new NetworkChangeCommand(options.Scope, words, network => network.RemoveAsync()),
        "partition" => new NetworkChangeCommand(options.Scope, [words[0]], network => network.PartitionAsync(Names(words[1]), Names(words[2]))),
        "heal" => new NetworkChangeCommand(options.Scope, [words[0]], network => network.HealAsync()),
        "quality" => new NetworkChangeCommand(options.Scope, [words[0]], network => network.SetQualityAsync(options.Network.Quality)),
        _ => new NetworkCaptureCommand(options.Scope, words[0], words[1]),
    };

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static ControlOption Time(string name, string what, Func<VmNetworkQuality, TimeSpan, VmNetworkQuality> set) => new(name, "TIME")
    {
        Description = what,
        Default = "0",
        Set = (options, value, problems) =>
        {
            var parsed = value == "0" ? TimeSpan.Zero : DurationText.Parse(value);
            if (parsed.Mistake is null)
                return options with { Network = options.Network with { Quality = set(options.Network.Quality, parsed.Value) } };
            problems.Add(parsed.Mistake.About($"{name}={value}"));
            return options;
        },
    };

    private static ControlOptions Wrong(ControlOptions options, ICollection<Problem> problems, string subject, string text, string hint)
    {
        problems.Add(Mistake(subject, text, hint));
        return options;
    }

    private static Problem Mistake(string subject, string text, string hint) => new("network", subject, text, hint, ProblemKind.Usage);

    /// <summary>An action.</summary>
    /// <param name="Action">Its word.</param>
    /// <param name="Operands">Its words, for the usage line.</param>
    /// <param name="Words">Their number.</param>
    /// <param name="Options">Its options.</param>
    private sealed record Form(string Action, string Operands, int Words, string[] Options)
    {
        public bool Repeats { get; init; }

        public string Usage => string.Join(' ', [$"vmspawn network {Action}", .. Operands.Length > 0 ? [Operands] : Array.Empty<string>(), .. Options.Select(option => $"[{option}]")]);
    }
}

/// <summary>The parsed options of <c>vmspawn network</c>.</summary>
internal sealed record NetworkWishes
{
    public IPNetwork? Subnet { get; init; }

    public bool Foreground { get; init; }

    public VmNetworkQuality Quality { get; init; } = VmNetworkQuality.Perfect;
}

/// <summary>Make a network.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">Its name.</param>
/// <param name="Subnet">Its addresses, or null for a choice by its name.</param>
/// <param name="Foreground">Whether this process keeps it.</param>
internal sealed record NetworkCreateCommand(RuntimeScope Scope, string Name, IPNetwork? Subnet, bool Foreground) : ControlCommand(Scope)
{
    /// <summary>In the process that keeps it: the descriptors to the caller.</summary>
    public (int Answer, int Hold)? Link { get; init; }
}

/// <summary>List all networks.</summary>
internal sealed record NetworkListCommand(RuntimeScope Scope, bool Json) : ControlCommand(Scope);

/// <summary>Show a network and its machines.</summary>
internal sealed record NetworkStatusCommand(RuntimeScope Scope, string Name, bool Json) : ControlCommand(Scope);

/// <summary>Change some networks.</summary>
internal sealed record NetworkChangeCommand(RuntimeScope Scope, IReadOnlyList<string> Names, Func<RunningNetwork, Task> Run) : ControlCommand(Scope);

/// <summary>Write a network's frames into a file.</summary>
internal sealed record NetworkCaptureCommand(RuntimeScope Scope, string Name, string Path) : ControlCommand(Scope);
