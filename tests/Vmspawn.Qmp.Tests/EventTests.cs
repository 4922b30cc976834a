namespace Vmspawn.Qmp.Tests;

public class EventTests
{
    [Fact]
    public async Task Events_before_the_first_subscription_wait_for_it_even_those_before_the_handshake_is_done()
    {
        var (peer, socket) = ScriptedPeer.Create();
        await using var _ = peer;
        var starting = QmpClient.StartAsync(socket);
        await peer.SendAsync(Event(0) + ScriptedPeer.Greeting + Event(1));
        var capabilities = await peer.NextAsync();
        await peer.SendAsync(Event(2));
        await peer.ReturnAsync(capabilities);
        await using var client = await starting;
        await SendAndSettleAsync(peer, client, Event(3));

        using var first = client.Subscribe();
        using var second = client.Subscribe();
        await peer.SendAsync(Event(4));
        await TakesAsync(first, [0, 1, 2, 3, 4]);
        await TakesAsync(second, [4]);
    }

    [Fact]
    public async Task Of_too_many_early_events_the_newest_are_kept_and_the_loss_is_traced()
    {
        var lost = 0;
        var options = new QmpClientOptions { EarlyEvents = 2, Trace = entry => lost += entry.Kind == QmpTraceKind.EarlyEventDropped ? 1 : 0 };
        var (peer, client) = await ScriptedPeer.ConnectedAsync(options);
        await using var _ = client;
        await using var __ = peer;
        await SendAndSettleAsync(peer, client, Event(0) + Event(1) + Event(2));
        await TakesAsync(client.Subscribe(), [1, 2]);
        Assert.Equal(1, lost);
    }

    [Fact]
    public async Task A_slow_reader_ends_after_its_buffered_events_and_affects_no_other()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var slow = client.Subscribe(new() { Capacity = 2 });
        using var dropping = client.Subscribe(new() { Capacity = 2, Overflow = QmpOverflow.DropOldest });
        using var wide = client.Subscribe();
        await SendAndSettleAsync(peer, client, string.Concat(Enumerable.Range(0, 5).Select(Event)));

        await TakesAsync(slow, [0, 1]);
        var ended = await Assert.ThrowsAsync<QmpOverflowException>(async () => await slow.FirstAsync());
        Assert.Equal(2, ended.Capacity);
        await TakesAsync(dropping, [3, 4]);
        Assert.Equal(3, dropping.Dropped);
        await TakesAsync(wide, [0, 1, 2, 3, 4]);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task Filters_are_honoured_and_a_throwing_one_ends_its_own_stream_only()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var named = client.SubscribeTo("E1", "E3");
        using var broken = client.Subscribe(new() { Filter = _ => throw new NotSupportedException("mine") });
        await peer.SendAsync(Event(0) + Event(1) + Event(2) + Event(3));
        await TakesAsync(named, [1, 3]);
        Assert.Equal("mine", (await Assert.ThrowsAsync<NotSupportedException>(async () => await broken.FirstAsync())).Message);
    }

    [Fact]
    public async Task What_came_before_the_end_is_still_read_and_then_the_reason()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        using var stream = client.Subscribe();
        await peer.SendAsync(Event(0));
        await peer.DisposeAsync();
        await client.Ended;
        await TakesAsync(stream, [0]);
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(async () => await stream.FirstAsync());
        Assert.Equal(QmpEndKind.EndOfStream, ended.End.Kind);
    }

    [Fact]
    public async Task A_disposed_stream_ends_without_an_error_and_accepts_no_more_events()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var stream = client.Subscribe();
        var reading = stream.CountAsync().AsTask();
        stream.Dispose();
        Assert.Equal(0, await reading);
        await SendAndSettleAsync(peer, client, Event(0));
        Assert.Equal(0, await stream.CountAsync());
    }

    [Fact]
    public async Task Cancelling_a_read_loses_nothing()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var stream = client.Subscribe();
        using var stop = new CancellationTokenSource();
        var reading = stream.FirstAsync(stop.Token).AsTask();
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await peer.SendAsync(Event(7));
        await TakesAsync(stream, [7]);
    }

    [Fact]
    public async Task An_event_above_its_limit_is_the_reason_of_the_end()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { EventLimit = 1000 });
        await using var _ = client;
        await using var __ = peer;
        await peer.SendAsync($$"""{"event": "BIG", "data": {"x": "{{new string('x', 1000)}}"} }""" + "\n");
        var end = await client.Ended;
        Assert.Equal(QmpEndKind.Protocol, end.Kind);
        Assert.Contains("BIG", end.Text);
    }

    private static string Event(int n) => $$"""{"data": {"n": {{n}} }, "event": "E{{n}}"}""" + "\r\n";

    // An answer that comes after the events proves that they were taken in.
    private static async Task SendAndSettleAsync(ScriptedPeer peer, QmpClient client, string text)
    {
        Task call = client.ExecuteAsync("settle");
        var command = await peer.NextAsync();
        await peer.SendAsync(text);
        await peer.ReturnAsync(command);
        await call;
    }

    private static async Task TakesAsync(QmpEventStream stream, int[] expected) =>
        Assert.Equal(expected, await stream.Take(expected.Length).Select(happened => happened.Data.GetProperty("n").GetInt32()).ToArrayAsync());
}
