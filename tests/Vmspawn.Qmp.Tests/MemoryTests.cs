namespace Vmspawn.Qmp.Tests;

/// <summary>Alone, because what other tests hold is counted too.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    [Fact]
    public async Task Ten_thousand_calls_answered_cancelled_and_late_leave_no_memory_behind()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        await CallManyAsync(500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await CallManyAsync(10_000);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 200_000);
        Assert.Equal(0, client.InFlight);
        Assert.InRange(client.LateReplies, 1, 10_500);

        async Task CallManyAsync(int count)
        {
            for (var n = 0; n < count; n++)
            {
                using var stop = new CancellationTokenSource();
                Task call = client.ExecuteAsync("a", cancellationToken: stop.Token);
                var command = await peer.NextAsync();
                if (n % 3 == 0)
                    stop.Cancel();
                await peer.ReturnAsync(command);
                await Record.ExceptionAsync(() => call);
            }
        }
    }
}
