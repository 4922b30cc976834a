using Vmspawn.Host;

namespace Vmspawn.Qemu;

/// <summary>Queries the features of a QEMU binary; all queries run in parallel.</summary>
/// <remarks>Only QEMU's own exit is an answer. After a time-out, a signal or a failure to start QEMU no facts are returned.</remarks>
internal sealed class QemuQuestions(string path, TimeSpan bound)
{
    /// <summary>Time limit of the first attempt; QEMU answers within 0.2 s on an idle host.</summary>
    private static readonly TimeSpan FirstBound = TimeSpan.FromSeconds(10);

    /// <summary>A query that timed out is repeated once, with the time limit multiplied by this.</summary>
    private const int SecondTry = 2;

    private static readonly string[] Version = ["-version"];

    // A binary without seccomp refuses the option while it parses the command line, before it prints its version.
    private static readonly string[] Sandbox = ["-sandbox", "on", "-version"];

    // The same for io_uring; no file is opened before the version is printed.
    private static readonly string[] IoUring = ["-blockdev", "driver=file,node-name=a,filename=/,aio=io_uring", "-version"];
    private static readonly string[] Devices = ["-device", "help"];
    private static readonly string[] Machines = ["-machine", "help"];
    private static readonly string[] Directories = ["-L", "help"];
    private static readonly string[] Accelerators = ["-accel", "help"];
    private static readonly string[] Objects = ["-object", "help"];

    private static readonly string[] Displays = ["-display", "help"];
    private static readonly string[] Chardevs = ["-chardev", "help"];

    // A binary without a VNC server refuses the option before it prints its version.
    private static readonly string[] Vnc = ["-vnc", "none", "-version"];

    private static readonly string[][] All =
        [Version, Sandbox, IoUring, Devices, Machines, Directories, Accelerators, Objects, Displays, Chardevs, Vnc];

    /// <summary>The facts of a binary; null with the reason and QEMU's output in <paramref name="problems"/>.</summary>
    public static Task<QemuFacts?> AskAsync(string path, List<Problem> problems, CancellationToken cancel) =>
        new QemuQuestions(path, FirstBound).AskAsync(problems, cancel);

    /// <inheritdoc cref="AskAsync(string, List{Problem}, CancellationToken)"/>
    internal async Task<QemuFacts?> AskAsync(List<Problem> problems, CancellationToken cancel)
    {
        var answers = new Dictionary<string[], ChildRun>();
        await AskAsync(All, bound, answers, cancel).ConfigureAwait(false);
        await AskAsync([.. All.Where(question => answers[question].TimedOut)], bound * SecondTry, answers, cancel).ConfigureAwait(false);
        if (All.FirstOrDefault(question => !answers[question].IsAnswer) is { } unanswered)
        {
            problems.Add(Unanswered(unanswered, answers[unanswered]));
            return null;
        }

        if (QemuHelpText.Version(answers[Version].Output) is not { } number)
            return Fail("it does not tell its version", answers[Version], problems);
        if (number < QemuVersion.Oldest)
            return Fail($"it is QEMU {number}; {QemuVersion.Oldest.Major}.{QemuVersion.Oldest.Minor} or later is needed", answers[Version], problems);
        var drivers = QemuHelpText.Drivers(answers[Devices].Output);
        if (drivers.Count == 0)
            return Fail("it does not list its devices", answers[Devices], problems);
        var types = QemuHelpText.Names(answers[Machines].Output);
        if (types.Count == 0)
            return Fail("it does not list its machine types", answers[Machines], problems);
        return new QemuFacts
        {
            Path = path,
            Version = number,
            Drivers = drivers,
            Machines = types,
            MachineAliases = QemuHelpText.Aliases(answers[Machines].Output),
            DataDirectories = QemuHelpText.Directories(answers[Directories].Output),
            Accelerators = QemuHelpText.Names(answers[Accelerators].Output),
            Objects = QemuHelpText.IndentedNames(answers[Objects].Output),
            Displays = QemuHelpText.OwnLines(answers[Displays].Output),
            Chardevs = QemuHelpText.IndentedNames(answers[Chardevs].Output),
            HasVnc = answers[Vnc].ExitCode == 0,
            HasSandbox = answers[Sandbox].ExitCode == 0,
            HasIoUring = answers[IoUring].ExitCode == 0,
        };
    }

    private async Task AskAsync(string[][] questions, TimeSpan limit, Dictionary<string[], ChildRun> answers, CancellationToken cancel)
    {
        var runs = await Task.WhenAll(questions.Select(question => ChildRun.Run(path, question, limit, cancel))).ConfigureAwait(false);
        for (var i = 0; i < questions.Length; i++)
            answers[questions[i]] = runs[i];
    }

    private Problem Unanswered(string[] question, ChildRun run)
    {
        var words = string.Join(' ', question);
        return run.TimedOut
            ? new Problem("qemu-slow", path, $"it did not answer \"{words}\" within {(bound * SecondTry).TotalSeconds:0.#} s, so what it can do is not known",
                "try again when the host is less busy")
            : new Problem("qemu-unusable", path, $"it gave no answer to \"{words}\"{Ended(run)}{Said(run)}");
    }

    private QemuFacts? Fail(string what, ChildRun run, List<Problem> problems)
    {
        problems.Add(new Problem("qemu-unusable", path, $"{what}{Ended(run)}{Said(run)}"));
        return null;
    }

    private static string Ended(ChildRun run) => run.ExitCode is { } code and not 0 ? $", ended with status {code}" : "";

    private static string Said(ChildRun run)
    {
        var said = run.Error.Trim().ReplaceLineEndings("; ");
        return said.Length == 0 ? "" : $", and said: {said}";
    }
}
