using System.Text.Json;
using CsCheck;

namespace Vmspawn.Qmp.Tests;

public class CallTests
{
    private static readonly QmpCallOptions Short = new() { Timeout = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task A_command_is_one_short_line_and_its_answer_comes_back()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var call = client.ExecuteAsync("qom-get", w => w.WriteString("path", "/ä+<"));
        var command = await peer.NextAsync();
        Assert.Equal("""{"execute":"qom-get","arguments":{"path":"/ä+<"},"id":2}""", command.GetRawText());
        await peer.ReturnAsync(command, """{"a": 1}""");
        Assert.Equal(1, (await call).GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task A_refused_command_carries_class_and_words()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var call = client.DeviceDelAsync("nobody");
        var id = (await peer.NextAsync()).GetProperty("id").GetInt64();
        await peer.SendAsync($$"""{"id": {{id}}, "error": {"class": "DeviceNotFound", "desc": "Device 'nobody' not found"} }""" + "\n");
        var refused = await Assert.ThrowsAsync<QmpCommandException>(() => call);
        Assert.Equal(("device_del", "DeviceNotFound", "Device 'nobody' not found"), (refused.Command, refused.ErrorClass, refused.Description));
    }

    [Fact]
    public Task A_thousand_concurrent_calls_get_their_own_answers_in_any_order() =>
        Gen.Shuffle(Enumerable.Range(0, 1000).ToArray()).SampleAsync(async order =>
        {
            var (peer, client) = await ScriptedPeer.ConnectedAsync();
            await using var _ = client;
            await using var __ = peer;
            Task<JsonElement>[] calls = [.. order.Select(n => Task.Run(() => client.ExecuteAsync("echo", w => w.WriteNumber("n", n))))];
            var commands = new JsonElement[order.Length];
            for (var at = 0; at < commands.Length; at++)
                commands[at] = await peer.NextAsync();
            foreach (var at in order)
                await peer.ReturnAsync(commands[at], commands[at].GetProperty("arguments").GetProperty("n").GetRawText());
            for (var at = 0; at < calls.Length; at++)
                Assert.Equal(order[at], (await calls[at]).GetInt32());
            Assert.Equal((0, 0L, 0L), (client.InFlight, client.LateReplies, client.UnknownReplies));
        }, iter: 10, threads: 1);

    [Fact]
    public async Task A_late_answer_is_dropped_and_never_another_calls()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var late = await Assert.ThrowsAsync<QmpTimeoutException>(() => client.ExecuteAsync("slow", null, Short));
        Assert.Equal(("slow", TimeSpan.FromMilliseconds(50)), (late.Awaited, late.Limit));
        var slow = await peer.NextAsync();

        using var stop = new CancellationTokenSource();
        Task cancelled = client.ExecuteAsync("cancelled", cancellationToken: stop.Token);
        var second = await peer.NextAsync();
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var call = client.ExecuteAsync("quick");
        await peer.ReturnAsync(slow, "\"slow\"");
        await peer.ReturnAsync(second, "\"cancelled\"");
        await peer.ReturnAsync(await peer.NextAsync(), "\"quick\"");
        Assert.Equal("quick", (await call).GetString());
        Assert.Equal((2L, 0L, 0), (client.LateReplies, client.UnknownReplies, client.InFlight));
    }

    [Theory]
    [InlineData("""{"return": 1, "id": 4711}""")]
    [InlineData("""{"return": 1, "id": "2"}""")]
    [InlineData("""{"return": 1, "id": 2.0}""")]
    [InlineData("""{"return": 1, "id": -2}""")]
    [InlineData("""{"return": 1, "id": [2]}""")]
    [InlineData("""{"return": 1, "id": 99999999999999999999}""")]
    [InlineData("""{"return": 1}""")]
    [InlineData("""{"error": {"class": "GenericError", "desc": "JSON parse error"}}""")]
    public async Task An_answer_with_an_unknown_id_is_reported_and_affects_no_call(string stray)
    {
        var told = new List<QmpTraceKind>();
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { Trace = entry => told.Add(entry.Kind) });
        await using var _ = client;
        await using var __ = peer;
        var call = client.ExecuteAsync("query-status");
        var command = await peer.NextAsync();
        await peer.SendAsync(stray + "\r\n");
        await peer.ReturnAsync(command, "7");
        Assert.Equal(7, (await call).GetInt32());
        Assert.Equal((0L, 1L), (client.LateReplies, client.UnknownReplies));
        Assert.Contains(QmpTraceKind.UnknownReply, told);
    }

    [Fact]
    public async Task A_second_answer_to_a_call_is_dropped()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var call = client.ExecuteAsync("a");
        var command = await peer.NextAsync();
        await peer.ReturnAsync(command, "1");
        await peer.ReturnAsync(command, "2");
        Assert.Equal(1, (await call).GetInt32());
        var next = client.ExecuteAsync("b");
        await peer.ReturnAsync(await peer.NextAsync(), "3");
        Assert.Equal(3, (await next).GetInt32());
        Assert.Equal(1, client.LateReplies);
    }

    [Fact]
    public async Task Calls_time_out_while_the_peer_reads_nothing_and_whole_messages_arrive_when_it_does()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        string filler = new('x', 1 << 20);
        var started = new List<Task>();
        for (var n = 0; n < 5; n++)
            started.Add(Assert.ThrowsAsync<QmpTimeoutException>(() => client.ExecuteAsync("big", w => w.WriteString("filler", filler), Short)));
        await Task.WhenAll(started);

        // The one whose bytes had begun to flow comes whole; those that were still waiting were never sent.
        var call = client.ExecuteAsync("after");
        Assert.Equal(filler, (await peer.NextAsync()).GetProperty("arguments").GetProperty("filler").GetString());
        var after = await peer.NextAsync();
        Assert.Equal("after", after.GetProperty("execute").GetString());
        await peer.ReturnAsync(after);
        await call;
    }

    [Fact]
    public async Task A_call_cancelled_before_it_is_made_sends_nothing()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ExecuteAsync("never", cancellationToken: new(true)));
        Task call = client.ExecuteAsync("first");
        var command = await peer.NextAsync();
        Assert.Equal("first", command.GetProperty("execute").GetString());
        await peer.ReturnAsync(command);
        await call;
    }

    [Fact]
    public async Task An_answer_of_16_MiB_arrives_whole_and_a_longer_one_is_the_reason_of_the_end()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var call = client.ExecuteAsync("big");
        var command = await peer.NextAsync();
        var overhead = $$"""{"return": "", "id": {{command.GetProperty("id")}}}""".Length;
        string value = new('x', (16 << 20) - overhead);
        await peer.ReturnAsync(command, $"\"{value}\"");
        Assert.Equal(value.Length, (await call).GetString()!.Length);

        call = client.ExecuteAsync("bigger");
        command = await peer.NextAsync();
        var sending = peer.ReturnAsync(command, $"\"{value}x\"");
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => call);
        Assert.Equal(QmpEndKind.Protocol, ended.End.Kind);
        Assert.Contains("16777216 bytes", ended.Message);
        await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public async Task Misuse_is_reported_before_anything_is_sent()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { MessageLimit = 1000 });
        await using var _ = client;
        await using var __ = peer;
        var list = JsonDocument.Parse("[]").RootElement;
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync(""));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("a", list));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("a", w => w.WriteStartObject("open")));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("a", w => w.WriteString("b", new string('x', 1000))));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.ExecuteAsync("a", null, new() { Timeout = TimeSpan.Zero }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ExecuteAsync("a", null, new() { OutOfBand = true }));
        Assert.Equal(0, client.InFlight);

        Task call = client.ExecuteAsync("first");
        var command = await peer.NextAsync();
        Assert.Equal("first", command.GetProperty("execute").GetString());
        await peer.ReturnAsync(command);
        await call;
    }
}
