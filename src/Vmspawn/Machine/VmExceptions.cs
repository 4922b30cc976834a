using Vmspawn.Plan;

namespace Vmspawn;

/// <summary>The options cannot be planned on this host; nothing was started.</summary>
public sealed class VmPlanException : VmException
{
    internal VmPlanException(IReadOnlyList<Problem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All reasons.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}

/// <summary>A step of the start failed; all steps before it have been undone.</summary>
public sealed class VmLaunchException : VmException
{
    private readonly Func<string, Task<IReadOnlyList<string>>> _report;

    private VmLaunchException(string step, string message, VmPlan plan, string output, Func<string, Task<IReadOnlyList<string>>> report, Exception? cause)
        : base(message, cause) => (Step, Plan, Output, _report) = (step, plan, output, report);

    /// <summary>The step that failed, such as <c>open the image</c>.</summary>
    public string Step { get; }

    /// <summary>What was to be started.</summary>
    public VmPlan Plan { get; }

    /// <summary>What QEMU and its helpers wrote to standard error, each after a line with its name; empty if they wrote nothing or were not started.</summary>
    public string Output { get; }

    /// <summary>Writes files that explain the failure: those of <see cref="VirtualMachine.WriteReportAsync"/>; without the console's if QEMU was not started. Never throws.</summary>
    /// <param name="directory">Where; it is created if it does not exist, and files of an earlier report are replaced.</param>
    /// <returns>The files; one that could not be written is missing.</returns>
    public Task<IReadOnlyList<string>> WriteReportAsync(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return _report(directory);
    }

    /// <summary>A step of the launch failed, and was undone.</summary>
    internal static VmLaunchException Of(LaunchException error, VmPlan plan, VmJournal journal) =>
        new(error.Step, error.Message, plan, journal.Output, directory => VmReport.WriteAsync(directory, [.. journal.Files, VmReport.Text("exit.txt", () => $"it was not started: {error.Message}\n")]), error);

    /// <summary>QEMU ended before it made the machine.</summary>
    internal static VmLaunchException Of(VmExit exit, VirtualMachine machine, VmJournal journal) =>
        new("start QEMU", $"cannot start QEMU: {exit}", machine.Plan, journal.Output, machine.WriteReportAsync, null);
}

/// <summary>The machine ended while something was waited for.</summary>
public sealed class VmEndedException : VmException
{
    internal VmEndedException(string awaited, VmExit exit, string consoleTail)
        : base($"the machine ended before {awaited}: {exit}{VmTail.Of(consoleTail)}") => (Exit, ConsoleTail) = (exit, consoleTail);

    /// <summary>How it ended.</summary>
    public VmExit Exit { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>The guest's kernel panicked while something was waited for. The machine may still run.</summary>
public sealed class VmPanicException : VmException
{
    internal VmPanicException(string awaited, string panic, string consoleTail)
        : base($"the guest's kernel panicked before {awaited}: {panic}{VmTail.Of(consoleTail)}") => (Panic, ConsoleTail) = (panic, consoleTail);

    /// <summary>The kernel's line about it.</summary>
    public string Panic { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>Something did not happen within its time limit. The machine runs on.</summary>
public sealed class VmTimeoutException : VmException
{
    internal VmTimeoutException(string awaited, TimeSpan limit, string consoleTail)
        : base($"{awaited} did not happen within {limit.TotalSeconds:0.###} s{VmTail.Of(consoleTail)}") => (Limit, ConsoleTail) = (limit, consoleTail);

    /// <summary>The time limit.</summary>
    public TimeSpan Limit { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>The end of a message that shows the console.</summary>
file static class VmTail
{
    public static string Of(string consoleTail) => consoleTail.Length == 0 ? "" : $"; the console's last lines:{Environment.NewLine}{consoleTail}";
}
