namespace Vmspawn.Linux;

/// <summary>
/// The one way to start work that nobody awaits where it starts. The owner is told of each failure when it happens, and the
/// disposal cancels what still runs and waits for it, within a bound.
/// </summary>
public sealed class BackgroundTasks : IAsyncDisposable
{
    /// <summary>How long a disposal waits unless it is told otherwise.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<Started> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string, Exception> _failed;
    private readonly TimeSpan _bound;
    private readonly TimeProvider _time;
    private bool _stopping;

    /// <summary>Creates an owner of no tasks.</summary>
    /// <param name="failed">
    /// Takes a failure: what was done, and why it failed. It is called on the failed task's thread; a task that has not ended within
    /// the bound of the disposal is a <see cref="TimeoutException"/>.
    /// </param>
    /// <param name="bound">How long the disposal waits; null takes <see cref="DefaultBound"/>.</param>
    /// <param name="time">The clock of that bound; null takes the system's.</param>
    public BackgroundTasks(Action<string, Exception> failed, TimeSpan? bound = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(failed);
        Stop = _stop.Token;
        _failed = failed;
        _bound = bound ?? DefaultBound;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Cancelled when the disposal begins.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Starts work on this thread, as far as it comes without waiting. Once the disposal has begun nothing is started.</summary>
    /// <param name="what">What it does, for the message of its failure: "read the console".</param>
    /// <param name="work">The work; its token is <see cref="Stop"/>. A cancellation by that token is no failure.</param>
    public void Run(string what, Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var started = new Started(what);
        lock (_lock)
        {
            if (_stopping)
                return;
            _running.Add(started);
        }

        // Not lost: FollowAsync never fails, and the disposal waits for its end.
        _ = FollowAsync(started, work);
    }

    /// <summary>Starts work when a task has completed, however it did; that task's own failure is its owner's matter.</summary>
    /// <param name="what">What it does, for the message of its failure.</param>
    /// <param name="task">What is waited for.</param>
    /// <param name="work">The work.</param>
    public void RunAfter(string what, Task task, Action work)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(work);
        Run(what, async stop =>
        {
            await task.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
            work();
        });
    }

    /// <summary>Cancels what runs and waits for it. What does not end within the bound is told as failed and left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        Started[] running;
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            running = [.. _running];
        }

        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(running.Select(one => one.Ended)).WaitAsync(_bound, _time);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            // The token source stays: those that are left still hold its token.
            foreach (var one in running.Where(one => !one.Ended.IsCompleted))
                _failed(one.What, new TimeoutException($"it has not ended within {_bound.TotalSeconds:0.#} s"));
        }
    }

    private async Task FollowAsync(Started started, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Stop);
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            // As it was told to.
        }
        catch (Exception error)
        {
            Report(started, error);
        }

        lock (_lock)
            _running.Remove(started);
        started.End();
    }

    private void Report(Started started, Exception error)
    {
        try
        {
            _failed(started.What, error);
        }
        catch (Exception second)
        {
            // The owner's own fault; its disposal throws it.
            started.Fail(second);
        }
    }

    private sealed class Started(string what)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string What => what;

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult();

        public void Fail(Exception error) => _ended.TrySetException(error);
    }
}
