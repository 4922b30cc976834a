using System.Globalization;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The kinds of <c>vmspawn fault</c>, each with its own words.</summary>
internal static class FaultArguments
{
    /// <summary>The kinds with their words.</summary>
    public const string Usage = "disk ID read|write|flush|all|full|none [once], link down|up [CARD], power, pause, resume, helper [PROGRAM kill|stop|continue], clock TIME|-TIME";

    /// <summary>The words of the kinds.</summary>
    public static string[] Kinds { get; } = ["disk", "link", "power", "pause", "resume", "helper", "clock"];

    /// <summary>What a disk can be made to do.</summary>
    public static (string Word, DiskFault? Fault)[] DiskFaults { get; } =
    [
        ("read", new DiskFault { Reads = true }),
        ("write", new DiskFault { Writes = true }),
        ("flush", new DiskFault { Flushes = true }),
        ("all", DiskFault.Broken),
        ("full", DiskFault.Full),
        ("none", null),
    ];

    /// <summary>What a helper can be made to do.</summary>
    public static (string Word, HelperFault Fault)[] HelperFaults { get; } = [("kill", HelperFault.Kill), ("stop", HelperFault.Stop), ("continue", HelperFault.Continue)];

    /// <summary>Creates the command.</summary>
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> given, ICollection<Problem> problems)
    {
        var run = given.Skip(1).ToArray() switch
        {
            ["disk", var id, var word] => Disk(id, word, once: false, problems),
            ["disk", var id, var word, "once"] => Disk(id, word, once: true, problems),
            ["link", var word] => Link(word, "0", problems),
            ["link", var word, var card] => Link(word, card, problems),
            ["power"] => Done(machine => machine.Faults.CutPowerAsync()),
            ["pause"] => Done(machine => machine.PauseAsync()),
            ["resume"] => Done(machine => machine.ResumeAsync()),
            ["helper"] => ListHelpersAsync,
            ["helper", var name, var word] => Helper(name, word, problems),
            ["clock", var word] => Clock(word, problems),
            [var kind, ..] => Wrong<Func<RunningMachine, Task<string?>>>(problems, kind, Kinds.Contains(kind) ? "these are not its words" : "there is no such fault", Usage),
            _ => Wrong<Func<RunningMachine, Task<string?>>>(problems, "fault", "its kind is missing", Usage),
        };
        return run is null || problems.Count > 0 ? null : new FaultCommand(options.Scope, given[0], run);
    }

    private static Func<RunningMachine, Task<string?>>? Disk(string id, string word, bool once, ICollection<Problem> problems)
    {
        if (StorageIdText.Parse(id).Mistake is { } mistake)
            problems.Add(mistake.About(id));
        var index = Array.FindIndex(DiskFaults, one => one.Word == word);
        if (index < 0)
            return Wrong<Func<RunningMachine, Task<string?>>>(problems, word, "this is no fault of a disk", $"there are {string.Join(", ", DiskFaults.Select(one => one.Word))}");
        var fault = DiskFaults[index].Fault;
        return Done(machine => machine.Faults.SetDiskAsync(id, fault is null ? null : fault with { Once = once }));
    }

    private static Func<RunningMachine, Task<string?>>? Link(string word, string card, ICollection<Problem> problems)
    {
        if (word is not ("up" or "down"))
            return Wrong<Func<RunningMachine, Task<string?>>>(problems, word, "a link is up or down", null);
        return int.TryParse(card, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Done(machine => machine.Faults.SetLinkAsync(number, word == "up"))
            : Wrong<Func<RunningMachine, Task<string?>>>(problems, card, "this is no number of a card", "cards are counted from 0, in the order of the options");
    }

    private static Func<RunningMachine, Task<string?>>? Helper(string name, string word, ICollection<Problem> problems)
    {
        var index = Array.FindIndex(HelperFaults, one => one.Word == word);
        return index < 0
            ? Wrong<Func<RunningMachine, Task<string?>>>(problems, word, "this is no fault of a program", $"there are {string.Join(", ", HelperFaults.Select(one => one.Word))}")
            : Done(machine => machine.Faults.SetHelperAsync(name, HelperFaults[index].Fault));
    }

    private static Func<RunningMachine, Task<string?>>? Clock(string word, ICollection<Problem> problems)
    {
        var isBack = word.StartsWith('-');
        var time = ClockJumpText.Parse(word.TrimStart('+', '-'));
        if (time.Mistake is { } mistake)
        {
            problems.Add(mistake.About(word));
            return null;
        }

        return Done(machine => machine.Guest.ShiftClockAsync(isBack ? -time.Value : time.Value));
    }

    private static async Task<string?> ListHelpersAsync(RunningMachine machine) =>
        string.Concat((await machine.Faults.ListHelpersAsync()).Select(helper => $"{helper.Name}: {helper.Purpose}, process {helper.ProcessId}\n"));

    private static Func<RunningMachine, Task<string?>> Done(Func<RunningMachine, Task> run) => async machine =>
    {
        await run(machine);
        return null;
    };

    private static T? Wrong<T>(ICollection<Problem> problems, string subject, string text, string? hint)
        where T : class
    {
        problems.Add(Mistake(subject, text, hint));
        return null;
    }

    private static Problem Mistake(string subject, string text, string? hint) => new("fault", subject, text, hint, ProblemKind.Usage);
}

/// <summary>How far a clock jumps: <c>90</c> (seconds), <c>30s</c>, <c>5min</c>, <c>2h</c>, <c>400d</c>.</summary>
internal static class ClockJumpText
{
    private static readonly (string Suffix, long Seconds)[] Units = [("min", 60), ("h", 3600), ("d", 86400), ("s", 1), ("", 1)];

    public static Parsed<TimeSpan> Parse(string text)
    {
        var (suffix, unit) = Array.Find(Units, one => text.EndsWith(one.Suffix, StringComparison.Ordinal));
        return int.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1_000_000
            ? TimeSpan.FromSeconds(count * unit)
            : new Mistake("time", "this is no time for a clock to jump", "write it like 90, 30s, 5min, 2h or 400d, with - before it for back");
    }
}

/// <summary>Make a fault.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Run">Makes it; returns what is printed, or null.</param>
internal sealed record FaultCommand(RuntimeScope Scope, string Name, Func<RunningMachine, Task<string?>> Run) : ControlCommand(Scope);
