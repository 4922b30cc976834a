namespace Vmspawn;

/// <summary>Asks again and again for what another process is about to give back, such as the lock of a machine that was killed.</summary>
/// <param name="Bound">How long.</param>
/// <param name="Time">The clock.</param>
internal sealed record LockWait(TimeSpan Bound, TimeProvider Time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>By the system's clock, which does not jump when somebody sets the time.</summary>
    public LockWait(TimeSpan bound)
        : this(bound, TimeProvider.System)
    {
    }

    /// <summary>Asks at least once.</summary>
    /// <param name="tryTake">Tries without waiting.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False when the bound has passed.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<bool> UntilAsync(Func<bool> tryTake, CancellationToken cancel)
    {
        var start = Time.GetTimestamp();
        while (!tryTake())
        {
            if (Time.GetElapsedTime(start) >= Bound)
                return false;
            await Task.Delay(Interval, Time, cancel);
        }

        return true;
    }
}
