namespace Vmspawn.Control.Storage;

/// <summary>How a wish to have a device removed ended.</summary>
internal enum RemovalOutcome
{
    /// <summary>It is gone, and what QEMU held for it too.</summary>
    Deleted,

    /// <summary>The guest said no; the device stays.</summary>
    Refused,

    /// <summary>The guest has not answered in time; the device stays, but may still go.</summary>
    TimedOut,
}

/// <summary>One wish to have a device removed. Everybody who wants the same waits for the same.</summary>
internal sealed class RemovalAttempt
{
    private readonly TaskCompletionSource<RemovalOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when QEMU has taken the wish, fails when it has not.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes with the end, fails when QEMU does.</summary>
    public Task<RemovalOutcome> Outcome => _outcome.Task;

    /// <summary>QEMU says that the device is gone; what it held is being given back.</summary>
    public bool IsGone { get; set; }

    public void SetAsked() => _asked.TrySetResult();

    public void End(RemovalOutcome outcome)
    {
        _asked.TrySetResult();
        _outcome.TrySetResult(outcome);
    }

    public void Fail(ControlException failure)
    {
        if (!_asked.TrySetException(failure))
            _outcome.TrySetException(failure);
        else
            _outcome.TrySetCanceled();
    }
}
