namespace Vmspawn.Tests.Launch;

/// <summary>Runs asynchronous code and cancels it where it goes on for the n-th time after an await, so that each is tried without guessing times.</summary>
/// <remarks>The code captures no synchronization context; its execution context comes to a thread each time that it goes on there.</remarks>
internal sealed class AwaitCounter
{
    private readonly int _at;
    private readonly CancellationTokenSource _cancel;
    private readonly AsyncLocal<AwaitCounter?> _flow;
    private int _awaits;

    /// <param name="at">Which await, from 1.</param>
    /// <param name="cancel">What is cancelled there.</param>
    public AwaitCounter(int at, CancellationTokenSource cancel)
    {
        (_at, _cancel) = (at, cancel);
        _flow = new AsyncLocal<AwaitCounter?>(OnChange);
    }

    /// <summary>Whether there was such an await.</summary>
    public bool IsReached => Volatile.Read(ref _awaits) >= _at;

    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        _flow.Value = this;
        return await work();
    }

    private void OnChange(AsyncLocalValueChangedArgs<AwaitCounter?> change)
    {
        if (change is { ThreadContextChanged: true, CurrentValue: not null } && Interlocked.Increment(ref _awaits) == _at)
            _cancel.Cancel();
    }
}
