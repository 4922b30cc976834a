using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>QEMU, just started.</summary>
/// <param name="Qemu">The process.</param>
/// <param name="Stderr">Its standard error.</param>
internal sealed record QemuProcess(ChildProcess Qemu, StderrTail Stderr)
{
    /// <summary>Grows the images and starts QEMU: the last step, so that no image stays grown by a launch that failed.</summary>
    /// <exception cref="LaunchException">It cannot be started; the images have their former sizes.</exception>
    public static QemuProcess Start(VmPlan plan, IReadOnlyList<ChildDescriptor> descriptors, UndoStack held)
    {
        var grown = held.Add("make the image as short as it was", new GrownImages());
        foreach (var growth in plan.Growths)
            grown.Grow(growth);
        var process = Execute(plan, descriptors, held);
        grown.Keep();
        return process;
    }

    private static QemuProcess Execute(VmPlan plan, IReadOnlyList<ChildDescriptor> descriptors, UndoStack held)
    {
        try
        {
            using var errors = Pipe.Create();
            var tail = held.Add("close QEMU's standard error", new StderrTail(OpenFile.Duplicate(errors.ReadEnd)));
            var isNative = plan.Console == ConsoleMode.Native;
            var qemu = ChildProcess.Start(new ChildSpec(plan.Program, plan.Arguments)
            {
                Descriptors = descriptors,
                StandardInput = isNative ? StandardStream.Input : null,
                StandardOutput = isNative ? StandardStream.Output : errors.WriteEnd,
                StandardError = errors.WriteEnd,
                // QEMU's own multiplexer reads the terminal, which only the foreground process group may.
                NewProcessGroup = !isNative,
            });
            return new QemuProcess(held.Add("end QEMU", qemu), tail);
        }
        catch (IOException error)
        {
            throw new LaunchException($"start {plan.Program}", FailureReason.Of(error), error);
        }
    }
}
