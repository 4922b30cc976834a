namespace Vmspawn.Linux;

/// <summary>
/// The only way to start work that is not awaited where it starts. Each failure is reported to the owner when it happens, and the
/// disposal cancels running tasks and waits for them, within a time limit.
/// </summary>
public sealed class BackgroundTasks : IAsyncDisposable
{
    /// <summary>The default time limit of the disposal.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<Started> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string, Exception> _failed;
    private readonly TimeSpan _bound;
    private readonly TimeProvider _time;
    private bool _stopping;

    /// <summary>Creates an owner without tasks.</summary>
    /// <param name="failed">
    /// Receives a failure: what was done, and why it failed. Called on the failed task's thread; a task that has not ended within
    /// the disposal's time limit is reported as a <see cref="TimeoutException"/>.
    /// </param>
    /// <param name="bound">The time limit of the disposal; null takes <see cref="DefaultBound"/>.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public BackgroundTasks(Action<string, Exception> failed, TimeSpan? bound = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(failed);
        Stop = _stop.Token;
        _failed = failed;
        _bound = bound ?? DefaultBound;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Cancelled when the disposal starts.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Starts work on this thread; it runs synchronously up to its first await. After the start of the disposal nothing is started.</summary>
    /// <param name="what">What it does, for the message of its failure: "read the console".</param>
    /// <param name="work">The work; its token is <see cref="Stop"/>. A cancellation by that token is not a failure.</param>
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

        // FollowAsync never fails, and the disposal waits for its end.
        _ = FollowAsync(started, work);
    }

    /// <summary>Starts work when a task has completed or failed; the task's failure is not reported here.</summary>
    /// <param name="what">What it does, for the message of its failure.</param>
    /// <param name="task">The task to wait for.</param>
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

    /// <summary>Cancels running tasks and waits for them. A task that does not end within the time limit is reported as failed and abandoned.</summary>
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

        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(running.Select(one => one.Ended)).WaitAsync(_bound, _time).ConfigureAwait(false);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            // The token source is not disposed: the abandoned tasks still use its token.
            foreach (var one in running.Where(one => !one.Ended.IsCompleted))
                _failed(one.What, new TimeoutException($"it has not ended within {_bound.TotalSeconds:0.#} s"));
        }
    }

    private async Task FollowAsync(Started started, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            // Cancelled by the disposal.
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
            // The callback itself failed; the disposal throws it.
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
