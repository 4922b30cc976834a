namespace Vmspawn.Tests.Launch;

/// <summary>Runs asynchronous code and cancels it where its n-th await goes on, so that each await is tried without guessing times.</summary>
/// <param name="at">Which await, from 1.</param>
/// <param name="cancel">What is cancelled there.</param>
internal sealed class AwaitCounter(int at, CancellationTokenSource cancel) : SynchronizationContext
{
    private int _awaits;

    /// <summary>Whether there was such an await.</summary>
    public bool IsReached => Volatile.Read(ref _awaits) >= at;

    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback callback, object? state)
    {
        if (Interlocked.Increment(ref _awaits) == at)
            cancel.Cancel();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            SetSynchronizationContext(this);
            callback(state);
            SetSynchronizationContext(null);
        });
    }
}
