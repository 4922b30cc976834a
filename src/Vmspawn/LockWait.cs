namespace Vmspawn;

/// <summary>Polls for something that another process is about to release, such as the lock of a killed machine.</summary>
/// <param name="Bound">The time limit.</param>
/// <param name="Time">The clock.</param>
internal sealed record LockWait(TimeSpan Bound, TimeProvider Time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Uses the system's monotonic clock.</summary>
    public LockWait(TimeSpan bound)
        : this(bound, TimeProvider.System)
    {
    }

    /// <summary>Tries until it succeeds or the time limit passes; at least once.</summary>
    /// <param name="tryTake">Tries once, without waiting.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>False when the time limit has passed.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<bool> UntilAsync(Func<bool> tryTake, CancellationToken cancel)
    {
        var start = Time.GetTimestamp();
        while (!tryTake())
        {
            if (Time.GetElapsedTime(start) >= Bound)
                return false;
            await Task.Delay(Interval, Time, cancel).ConfigureAwait(false);
        }

        return true;
    }
}
