using Vmspawn.Launch;
using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>How a helper ended.</summary>
/// <param name="Helper">Which.</param>
/// <param name="Exit">Its exit status or signal.</param>
/// <param name="Forced">It did not leave although QEMU was gone, so we ended it.</param>
internal sealed record HelperEnd(RunningHelper Helper, ChildExit Exit, bool Forced)
{
    /// <summary>Helpers save what they hold when QEMU closes its socket; then they leave by themselves.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>Enough for one that QEMU's refusal is about to be gone on its own; another may never have been connected to.</summary>
    private static readonly TimeSpan BoundWithoutGuest = TimeSpan.FromMilliseconds(200);

    /// <summary>It was told to end when its time had come, so that its exit status says nothing.</summary>
    public bool Dismissed { get; private init; }

    /// <summary>It ended before its time or in disorder.</summary>
    public bool IsFailure => !Forced && !Dismissed && !Exit.IsSuccess;

    /// <summary>Waits until a helper is gone now that QEMU is; SIGTERM and SIGKILL follow when it stays.</summary>
    /// <param name="helper">Which.</param>
    /// <param name="hadGuest">QEMU came as far as to run a guest, so that the helper may hold something.</param>
    public static async Task<HelperEnd> OfAsync(RunningHelper helper, bool hadGuest)
    {
        var exited = helper.Process.Exited;
        var patience = !helper.Plan.LeavesWithQemu ? TimeSpan.Zero : hadGuest ? Bound : BoundWithoutGuest;
        if (exited.IsCompleted || (patience > TimeSpan.Zero && await Task.WhenAny(exited, Task.Delay(patience)) == exited))
            return new HelperEnd(helper, await exited, Forced: false);
        var isDismissed = patience < Bound;
        helper.Process.Send(Signal.SIGTERM);
        var isGone = await Task.WhenAny(exited, Task.Delay(Bound)) == exited;
        if (!isGone)
            helper.Process.Send(Signal.SIGKILL);
        return new HelperEnd(helper, await exited, Forced: !isDismissed || !isGone) { Dismissed = isDismissed };
    }
}
