namespace Vmspawn.Control.Storage;

/// <summary>The outcome of a removal attempt.</summary>
internal enum RemovalOutcome
{
    /// <summary>It was removed, and QEMU's resources for it are freed.</summary>
    Deleted,

    /// <summary>The guest refused; the device stays.</summary>
    Refused,

    /// <summary>The guest has not answered in time; the device stays, but may still be removed.</summary>
    TimedOut,
}

/// <summary>One attempt to remove a device. All clients that request it share the attempt.</summary>
internal sealed class RemovalAttempt
{
    private readonly TaskCompletionSource<RemovalOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when QEMU has accepted the request; fails when it has not.</summary>
    public Task Requested => _requested.Task;

    /// <summary>Completes with the outcome; fails when QEMU cannot be queried.</summary>
    public Task<RemovalOutcome> Outcome => _outcome.Task;

    /// <summary>The device was removed; QEMU's resources for it are being freed.</summary>
    public bool IsGone { get; set; }

    /// <summary>The attempt for a device that was removed already.</summary>
    public static RemovalAttempt Over()
    {
        var attempt = new RemovalAttempt { IsGone = true };
        attempt.End(RemovalOutcome.Deleted);
        return attempt;
    }

    public void SetRequested() => _requested.TrySetResult();

    public void End(RemovalOutcome outcome)
    {
        _requested.TrySetResult();
        _outcome.TrySetResult(outcome);
    }

    public void Fail(VmControlException failure)
    {
        _requested.TrySetException(failure);
        _outcome.TrySetException(failure);
    }
}
