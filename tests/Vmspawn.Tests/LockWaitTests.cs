namespace Vmspawn.Tests;

public class LockWaitTests
{
    [Fact]
    public async Task The_lock_is_tried_once_even_with_a_bound_of_zero()
    {
        var asked = 0;
        Assert.True(await new LockWait(TimeSpan.Zero).UntilAsync(() => ++asked == 1, TestContext.Current.CancellationToken));
        Assert.False(await new LockWait(TimeSpan.Zero).UntilAsync(() => ++asked == 1, TestContext.Current.CancellationToken));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task The_wait_ends_when_the_bound_has_passed_by_the_given_clock()
    {
        var time = new SteppedTime();
        var waiting = new LockWait(TimeSpan.FromSeconds(1), time).UntilAsync(() => false, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.False(waiting.IsCompleted);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_cancellation_ends_the_wait_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new LockWait(TimeSpan.FromHours(1)).UntilAsync(() => false, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }
}
