using Vmspawn.Cli.Control.Parse;
using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>
/// <c>--exec=</c>, <c>--detach</c> and <c>--timeout=</c>, which <c>run</c> has. <c>plan</c> accepts them, so that it can be put before the arguments of a run. They are
/// not options of the machine, so <see cref="Of"/> reads them from the words.
/// </summary>
internal static class RunModeOptions
{
    private const string Exec = "--exec", Detach = "--detach", Timeout = "--timeout", Console = "--console";

    private static readonly Mistake NoCommand = new("exec-empty", "there is no command", $"write {Exec}='COMMAND', a line for the guest's /bin/sh");

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Exec, Detach, Timeout];

    public static VmOption[] All() =>
    [
        Declare.Value(Topic.General, Exec, null, "COMMAND", "Run a line of the guest's shell instead of showing the console, power off, return its status", ParseLine, (options, _) => options),
        Declare.Flag(Topic.General, Detach, null, "Return when the guest is ready; the machine runs on in the background", options => options),
        Declare.Value(Topic.General, Timeout, null, "TIME", "Time limit for the guest to answer, with --exec and --detach", DurationText.Parse, (options, _) => options, "2min, 20min without KVM"),
    ];

    /// <summary>What is to be done; mistakes in single values were reported when they were set.</summary>
    /// <param name="given">The options of the command line.</param>
    /// <param name="options">What they ask of the machine.</param>
    /// <param name="problems">Receives options that do not go together.</param>
    public static RunMode Of(IReadOnlyList<GivenOption<VmOption>> given, VmOptions options, ICollection<Problem> problems)
    {
        var (line, timeout) = (Last(given, Exec), Last(given, Timeout));
        var detaches = Last(given, Detach) is not null;
        if (line is null && !detaches)
        {
            Refuse(timeout is not null, Timeout, "it is the time limit of --exec= and --detach, and neither is given", "timeout(1) limits a whole run");
            return new Attended();
        }

        var (name, limit) = (line is null ? Detach : Exec, timeout is not null && DurationText.Parse(timeout) is { Mistake: null } parsed ? parsed.Value : (TimeSpan?)null);
        Refuse(line is not null && detaches, Detach, "a machine that runs one command (--exec=) ends with it", "start it with --detach, and use vmspawn exec");
        Refuse(options.Console == ConsoleMode.Native, name, "with --console=native QEMU itself reads the terminal", "leave --console= out");
        Refuse(line is not null && options.GuestChannel == GuestChannel.None, name, "commands get into the guest by the channel that --guest-channel=no leaves out", "leave --guest-channel= out");
        return line is null ? new Detached(limit) : new OneCommand(line, Last(given, Console) is not null, limit);

        void Refuse(bool isWrong, string subject, string text, string hint)
        {
            if (isWrong)
                problems.Add(new Problem("run-mode", subject, text, hint, ProblemKind.Usage));
        }
    }

    private static string? Last(IReadOnlyList<GivenOption<VmOption>> given, string name)
    {
        string? last = null;
        foreach (var (option, value) in given)
            last = option.Name == name ? value : last;
        return last;
    }

    private static Parsed<string> ParseLine(string text) => text.AsSpan().Trim().IsEmpty ? NoCommand : text;
}
