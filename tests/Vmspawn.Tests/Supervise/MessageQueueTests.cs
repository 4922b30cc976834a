using System.Collections.Concurrent;
using System.Diagnostics;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

public sealed class MessageQueueTests
{
    [Fact]
    public async Task Messages_arrive_in_order_before_the_disposal_ends()
    {
        var told = new ConcurrentQueue<string>();
        await using (var queue = new MessageQueue(new VmMessages(told.Enqueue, text => told.Enqueue($"error {text}"))))
        {
            for (var i = 0; i < 100; i++)
                queue.Messages.Notice($"{i}");
            queue.Messages.Error("last");
        }

        Assert.Equal([.. Enumerable.Range(0, 100).Select(i => $"{i}"), "error last"], told);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_delays_neither_the_senders_nor_the_end()
    {
        using var never = new SemaphoreSlim(0);
        var clock = Stopwatch.StartNew();
        await using (var queue = new MessageQueue(new VmMessages(_ => never.Wait(TestContext.Current.CancellationToken), _ => { })))
        {
            for (var i = 0; i < 5000; i++)
                queue.Messages.Notice("x");
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        never.Release(5000);
    }
}
