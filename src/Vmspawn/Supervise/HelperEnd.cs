using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>How a helper ended.</summary>
/// <param name="Helper">The helper.</param>
/// <param name="Exit">Its exit status or signal.</param>
/// <param name="Forced">It did not exit after QEMU's exit and was terminated.</param>
internal sealed record HelperEnd(SupervisedProcess Helper, ChildExit Exit, bool Forced)
{
    /// <summary>The time limit for helpers to save their state and to exit after QEMU has closed its connection.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>The same without a guest: there is nothing to save, and a helper that QEMU never connected to would not exit.</summary>
    private static readonly TimeSpan BoundWithoutGuest = TimeSpan.FromMilliseconds(200);

    /// <summary>It was terminated at the time limit, so its exit status is not evaluated.</summary>
    public bool Dismissed { get; private init; }

    /// <summary>It exited too early or with a failure.</summary>
    public bool IsFailure => !Forced && !Dismissed && !Exit.IsSuccess;

    /// <summary>Its standard error as the end of a sentence, with the remedy if known; empty when it wrote nothing.</summary>
    public async Task<string> ExcerptAsync(TimeProvider time, CancellationToken cancel)
    {
        var text = await Helper.Output.FinalTextAsync(time, cancel).ConfigureAwait(false);
        var hint = Helper.Hints.FirstOrDefault(hint => text.Contains(hint.Sign, StringComparison.Ordinal));
        return StderrExcerpt.Of(text) + (hint is null ? "" : $" ({hint.Advice})");
    }

    /// <summary>Waits for a helper's exit after QEMU's; sends SIGTERM and then SIGKILL when it does not exit.</summary>
    /// <param name="helper">The helper.</param>
    /// <param name="hadGuest">QEMU has run a guest, so the helper may have state to save.</param>
    /// <param name="time">The clock of the time limits.</param>
    /// <param name="hurry">Ends each wait at once, so that the next step follows.</param>
    public static async Task<HelperEnd> OfAsync(SupervisedProcess helper, bool hadGuest, TimeProvider time, CancellationToken hurry)
    {
        var exited = helper.Exited;
        var bound = !helper.LeavesWithQemu ? TimeSpan.Zero : hadGuest ? Bound : BoundWithoutGuest;
        if (await EndsWithinAsync(exited, bound, time, hurry).ConfigureAwait(false))
            return new HelperEnd(helper, await exited.ConfigureAwait(false), Forced: false);
        var isDismissed = bound < Bound;
        helper.Send(Signal.SIGTERM);
        if (await EndsWithinAsync(exited, Bound, time, hurry).ConfigureAwait(false))
            return new HelperEnd(helper, await exited.ConfigureAwait(false), Forced: !isDismissed) { Dismissed = isDismissed };
        helper.Send(Signal.SIGKILL);
        // Only a process that hangs in the kernel is still there after this.
        await EndsWithinAsync(exited, Bound, time, CancellationToken.None).ConfigureAwait(false);
        return new HelperEnd(helper, new ChildExit(null, Signal.SIGKILL), Forced: true) { Dismissed = isDismissed };
    }

    private static async Task<bool> EndsWithinAsync(Task exited, TimeSpan bound, TimeProvider time, CancellationToken cancel)
    {
        if (!exited.IsCompleted && bound > TimeSpan.Zero)
            await exited.WaitAsync(bound, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return exited.IsCompleted;
    }
}
