using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Tests.Running;

public sealed class MessageQueueTests
{
    [Fact]
    public async Task Messages_arrive_in_order_before_the_disposal_ends()
    {
        var told = new ConcurrentQueue<string>();
        await using (var queue = new MessageQueue((level, text) => told.Enqueue($"{level} {text}")))
        {
            for (var i = 0; i < 100; i++)
                queue.Notice($"{i}");
            queue.CreateLogger("any").LogDebug("entry");
            queue.Error("last");
        }

        Assert.Equal([.. Enumerable.Range(0, 100).Select(i => $"Information {i}"), "Debug entry", "Error last"], told);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_delays_neither_the_senders_nor_the_end()
    {
        using var never = new SemaphoreSlim(0);
        var clock = Stopwatch.StartNew();
        await using (var queue = new MessageQueue((_, _) => never.Wait(TestContext.Current.CancellationToken)))
        {
            for (var i = 0; i < 5000; i++)
                queue.Notice("x");
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        never.Release(5000);
    }
}
