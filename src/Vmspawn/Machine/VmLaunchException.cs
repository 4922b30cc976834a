using Vmspawn.Plan;

namespace Vmspawn;

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
