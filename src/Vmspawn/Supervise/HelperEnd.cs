using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>How a helper ended.</summary>
/// <param name="Helper">Which.</param>
/// <param name="Exit">Its exit status or signal.</param>
/// <param name="Forced">It did not end although QEMU had ended, so it was ended.</param>
internal sealed record HelperEnd(SupervisedProcess Helper, ChildExit Exit, bool Forced)
{
    /// <summary>Helpers save what they hold when QEMU closes its socket, and end by themselves.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>Without a guest there is nothing to save, and a helper that QEMU never connected to would wait for ever.</summary>
    private static readonly TimeSpan BoundWithoutGuest = TimeSpan.FromMilliseconds(200);

    /// <summary>It was terminated at the time limit, so its exit status is not evaluated.</summary>
    public bool Dismissed { get; private init; }

    /// <summary>It ended too early or with a failure.</summary>
    public bool IsFailure => !Forced && !Dismissed && !Exit.IsSuccess;

    /// <summary>Its standard error as the end of a sentence; empty when it wrote nothing.</summary>
    public async Task<string> ExcerptAsync(TimeProvider time, CancellationToken cancel) =>
        StderrExcerpt.Of(await Helper.Output.FinalTextAsync(time, cancel));

    /// <summary>Waits for a helper's end after QEMU's; SIGTERM and SIGKILL follow when it stays.</summary>
    /// <param name="helper">Which.</param>
    /// <param name="hadGuest">QEMU came as far as to run a guest, so the helper may have something to save.</param>
    /// <param name="time">The clock of the bounds.</param>
    /// <param name="hurry">Ends each wait at once: the next harder step follows.</param>
    public static async Task<HelperEnd> OfAsync(SupervisedProcess helper, bool hadGuest, TimeProvider time, CancellationToken hurry)
    {
        var exited = helper.Exited;
        var bound = !helper.LeavesWithQemu ? TimeSpan.Zero : hadGuest ? Bound : BoundWithoutGuest;
        if (await EndsWithinAsync(exited, bound, time, hurry))
            return new HelperEnd(helper, await exited, Forced: false);
        var isDismissed = bound < Bound;
        helper.Send(Signal.SIGTERM);
        if (await EndsWithinAsync(exited, Bound, time, hurry))
            return new HelperEnd(helper, await exited, Forced: !isDismissed) { Dismissed = isDismissed };
        helper.Send(Signal.SIGKILL);
        // Only a process that hangs in the kernel is still there after this.
        await EndsWithinAsync(exited, Bound, time, CancellationToken.None);
        return new HelperEnd(helper, new ChildExit(null, Signal.SIGKILL), Forced: true) { Dismissed = isDismissed };
    }

    private static async Task<bool> EndsWithinAsync(Task exited, TimeSpan bound, TimeProvider time, CancellationToken cancel)
    {
        if (!exited.IsCompleted && bound > TimeSpan.Zero)
            await exited.WaitAsync(bound, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return exited.IsCompleted;
    }
}
