using System.Collections.Concurrent;

namespace Vmspawn.Linux;

public class BackgroundTasksTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<(string What, Exception Error)> _failures = [];

    [Fact]
    public async Task A_failure_is_reported_when_it_happens_and_not_thrown_at_disposal()
    {
        var told = new TaskCompletionSource<(string, Exception)>();
        await using var tasks = new BackgroundTasks((what, error) => told.SetResult((what, error)));
        tasks.Run("read the port", async _ =>
        {
            await Task.Yield();
            throw new IOException("gone");
        });
        (var what, var error) = await told.Task.WaitAsync(Bound);
        Assert.Equal("read the port", what);
        Assert.Equal("gone", error.Message);
    }

    [Fact]
    public async Task A_failure_before_the_first_wait_does_not_reach_the_starter()
    {
        await using var tasks = Create();
        tasks.Run("fail", _ => throw new InvalidOperationException("at once"));
        Assert.Equal("at once", Assert.Single(_failures).Error.Message);
    }

    [Fact]
    public async Task Disposal_cancels_what_runs_and_waits_for_its_end()
    {
        var tasks = Create();
        var cleaned = false;
        tasks.Run("wait", async stop =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                await Task.Delay(20, CancellationToken.None);
                cleaned = true;
            }
        });
        await tasks.DisposeAsync();
        Assert.True(cleaned);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task A_task_that_does_not_end_is_reported_by_name_within_the_bound()
    {
        var never = new TaskCompletionSource();
        var tasks = new BackgroundTasks((what, error) => _failures.Enqueue((what, error)), TimeSpan.FromMilliseconds(50));
        tasks.Run("ask the guest", _ => never.Task);
        await tasks.DisposeAsync().AsTask().WaitAsync(Bound);
        (var what, var error) = Assert.Single(_failures);
        Assert.Equal("ask the guest", what);
        Assert.IsType<TimeoutException>(error);
        never.SetResult();
    }

    [Fact]
    public async Task No_task_is_started_once_the_disposal_has_begun()
    {
        var tasks = Create();
        await tasks.DisposeAsync();
        var ran = false;
        tasks.Run("late", _ =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        Assert.False(ran);
        Assert.True(tasks.Stop.IsCancellationRequested);
    }

    [Fact]
    public async Task Work_after_a_task_runs_also_when_that_has_failed_and_not_when_stopped()
    {
        var first = new TaskCompletionSource();
        var ran = new TaskCompletionSource();
        var second = false;
        await using (var tasks = Create())
        {
            tasks.RunAfter("go on", first.Task, ran.SetResult);
            tasks.RunAfter("never", new TaskCompletionSource().Task, () => second = true);
            first.SetException(new IOException("its own matter"));
            await ran.Task.WaitAsync(Bound);
        }

        Assert.False(second);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task A_cancellation_by_another_token_is_a_failure()
    {
        await using var tasks = Create();
        tasks.Run("call", _ => throw new OperationCanceledException("somebody else's"));
        Assert.IsType<OperationCanceledException>(Assert.Single(_failures).Error);
    }

    private BackgroundTasks Create() => new((what, error) => _failures.Enqueue((what, error)), Bound);
}
