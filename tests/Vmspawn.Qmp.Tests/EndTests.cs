using System.Text;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Qmp.Tests;

public class EndTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly string[] Parts =
        [" \r\n" + ScriptedPeer.Greeting, "{\"return\": {}, \"id\": 1}\r\n", "{\"return\": 5, \"id\": 2}\r\n"];

    [Fact]
    public async Task The_stream_may_end_after_any_byte_and_everything_pending_learns_it()
    {
        var whole = string.Concat(Parts);
        // The answer needs all but the last LF, so one byte less than that is the longest that must fail.
        for (var length = 0; length < whole.Length; length++)
        {
            var transport = new FakeTransport();
            var talk = TalkAsync(transport);
            Converse(transport, pieceSize: 1000, stopAfter: length);
            var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => talk.WaitAsync(Bound));
            var between = whole[..length].TrimEnd(' ', '\r') is "" or [.., '\n'];
            Assert.Equal((length, between ? QmpEndKind.EndOfStream : QmpEndKind.Truncated), (length, ended.End.Kind));
            Assert.True(transport.Disposed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task The_conversation_works_in_pieces_of_any_size(int size)
    {
        var transport = new FakeTransport();
        var talk = TalkAsync(transport);
        Converse(transport, size, stopAfter: int.MaxValue);
        Assert.Equal(5, (await talk.WaitAsync(Bound)).GetInt32());
    }

    [Fact]
    public async Task A_peer_that_sends_without_end_and_without_a_greeting_is_given_up_within_the_time_limit()
    {
        var transport = new FloodingTransport();
        var options = new QmpClientOptions { HandshakeTimeout = TimeSpan.FromSeconds(1) };
        var starting = Task.Run(() => QmpClient.StartAsync(transport, options, CancellationToken.None));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => starting.WaitAsync(Bound));
        Assert.True(transport.Disposed);
    }

    [Theory]
    [InlineData("QEMU 7.2.22 monitor - type 'help' for more information\r\n")]
    [InlineData("{\"QMP\": 1}\n")]
    [InlineData("{\"QMP\": {\"version\": {\"qemu\": {\"major\": \"7\"}}}}\n")]
    [InlineData("\xff\xfe\n")]
    [InlineData("{}\n")]
    [InlineData("[[[[[[[[\n")]
    public async Task Garbage_is_the_reason_of_the_end(string garbage)
    {
        var transport = new FakeTransport();
        var talk = TalkAsync(transport);
        transport.Give(Encoding.Latin1.GetBytes(garbage));
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => talk.WaitAsync(Bound));
        Assert.Equal(QmpEndKind.Protocol, ended.End.Kind);
        if (garbage.StartsWith("QEMU", StringComparison.Ordinal))
            Assert.Contains("'QEMU 7.2.22 monitor", ended.Message);
    }

    [Fact]
    public async Task The_first_reason_is_kept_and_given_to_pending_calls_streams_and_later_calls()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var stream = client.Subscribe();
        Task[] calls = [.. Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync("a", null, new() { Timeout = Timeout.InfiniteTimeSpan }))];
        await peer.SendAsync("this is not JSON\n{\"event\": \"NEVER\"}\n");
        await peer.DisposeAsync();
        var end = await client.Ended.WaitAsync(Bound);
        await client.DisposeAsync();
        Assert.Equal(QmpEndKind.Protocol, end.Kind);
        foreach (var call in calls)
            Assert.Same(end, (await Assert.ThrowsAsync<QmpDisconnectedException>(() => call.WaitAsync(Bound))).End);
        Assert.Same(end, (await Assert.ThrowsAsync<QmpDisconnectedException>(() => client.ExecuteAsync("late"))).End);
        Assert.Same(end, (await Assert.ThrowsAsync<QmpDisconnectedException>(async () => await stream.FirstAsync())).End);
        Assert.Same(end, (await Assert.ThrowsAsync<QmpDisconnectedException>(async () => await client.Subscribe().FirstAsync())).End);
        Assert.Equal(0, client.InFlight);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("{\"class\": 1, \"desc\": \"x\"}")]
    [InlineData("{\"class\": \"GenericError\", \"desc\": \"\\ud800\"}")]
    public async Task A_malformed_error_ends_the_connection_and_fails_its_call(string error)
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { CallTimeout = Timeout.InfiniteTimeSpan });
        await using var _ = client;
        await using var __ = peer;
        Task call = client.ExecuteAsync("a");
        var command = await peer.NextAsync();
        await peer.SendAsync($$"""{"error": {{error}}, "id": {{command.GetProperty("id")}}}""" + "\n");
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => call.WaitAsync(Bound));
        Assert.Equal(QmpEndKind.Protocol, ended.End.Kind);
    }

    [Fact]
    public async Task Disposing_fails_what_is_pending_and_may_be_done_twice()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = peer;
        Task call = client.ExecuteAsync("a", null, new() { Timeout = Timeout.InfiniteTimeSpan });
        await client.DisposeAsync();
        await client.DisposeAsync();
        Assert.Equal(QmpEndKind.Closed, (await Assert.ThrowsAsync<QmpDisconnectedException>(() => call.WaitAsync(Bound))).End.Kind);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_a_peer_that_reads_nothing()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = peer;
        string filler = new('x', 4 << 20);
        Task call = client.ExecuteAsync("big", w => w.WriteString("filler", filler), new() { Timeout = Timeout.InfiniteTimeSpan });
        Task waiting = client.ExecuteAsync("waiting", null, new() { Timeout = Timeout.InfiniteTimeSpan });
        await client.DisposeAsync().AsTask().WaitAsync(Bound);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => call.WaitAsync(Bound));
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting.WaitAsync(Bound));
    }

    [Fact]
    public async Task Data_that_the_peer_sent_before_it_closed_is_read_although_sending_fails()
    {
        var transport = new FakeTransport();
        var starting = QmpClient.StartAsync(transport, QmpClientOptions.Default, default);
        Converse(transport, pieceSize: 1000, stopAfter: int.MaxValue);
        await using var client = await starting;
        transport.OnSend = (_, _) => throw new IOException("Broken pipe");
        using var stream = client.Subscribe();
        Task call = client.ExecuteAsync("quit");
        transport.Give("{\"event\": \"SHUTDOWN\"}\r\n");
        transport.GiveEnd();
        Assert.Equal("SHUTDOWN", (await stream.FirstAsync()).Name);
        Assert.Equal(QmpEndKind.EndOfStream, (await Assert.ThrowsAsync<QmpDisconnectedException>(() => call.WaitAsync(Bound))).End.Kind);
    }

    [Fact]
    public async Task A_failing_socket_is_the_reason_whichever_way_it_fails()
    {
        var transport = new FakeTransport();
        var talk = TalkAsync(transport);
        transport.GiveFailure(new IOException("the cable is cut"));
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => talk.WaitAsync(Bound));
        Assert.Equal((QmpEndKind.Transport, "the cable is cut"), (ended.End.Kind, ended.End.Text));

        transport = new FakeTransport { OnSend = (_, _) => throw new IOException("no sending") };
        talk = TalkAsync(transport);
        transport.Give(ScriptedPeer.Greeting);
        ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => talk.WaitAsync(Bound));
        Assert.Equal((QmpEndKind.Transport, "no sending"), (ended.End.Kind, ended.End.Text));
    }

    [Fact]
    public async Task A_peer_that_sends_nothing_fails_the_handshake_within_the_time_limit()
    {
        var (peer, socket) = ScriptedPeer.Create();
        await using var _ = peer;
        var options = new QmpClientOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(100) };
        var late = await Assert.ThrowsAsync<QmpTimeoutException>(() => QmpClient.StartAsync(socket, options).WaitAsync(Bound));
        Assert.Equal("greeting", late.Awaited);
    }

    [Fact]
    public async Task A_cancelled_handshake_throws_a_cancellation()
    {
        var (peer, socket) = ScriptedPeer.Create();
        await using var _ = peer;
        using var stop = new CancellationTokenSource();
        var starting = QmpClient.StartAsync(socket, null, stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting.WaitAsync(Bound));
    }

    [Fact]
    public async Task A_missing_listener_is_an_end_that_names_the_path()
    {
        var gone = await Assert.ThrowsAsync<QmpDisconnectedException>(() => QmpClient.ConnectAsync("/nonexistent/qmp"));
        Assert.Equal(QmpEndKind.Transport, gone.End.Kind);
        Assert.Contains("/nonexistent/qmp", gone.Message);
    }

    [Fact]
    public async Task A_socket_that_appears_later_is_waited_for()
    {
        var directory = Directory.CreateTempSubdirectory("vmspawn-qmp-");
        var path = Path.Combine(directory.FullName, "qmp");
        try
        {
            // The bound of the handshake is shorter than the wait, and starts when the socket is there.
            var options = new QmpClientOptions { SocketTimeout = Bound, HandshakeTimeout = TimeSpan.FromSeconds(2) };
            var starting = QmpClient.ConnectAsync(path, options);
            await Task.Delay(2500);
            Assert.False(starting.IsCompleted);
            using var listener = UnixListener.Bind(path);
            await using var peer = ScriptedPeer.Over(await listener.AcceptAsync().WaitAsync(Bound));
            await peer.SendAsync(ScriptedPeer.Greeting);
            await peer.ReturnAsync(await peer.NextAsync());
            await using var client = await starting.WaitAsync(Bound);
            Assert.Equal(7, client.Greeting.Version.Major);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_wait_for_a_socket_has_a_bound_and_a_token()
    {
        var brief = new QmpClientOptions { SocketTimeout = TimeSpan.FromMilliseconds(50) };
        var gone = await Assert.ThrowsAsync<QmpDisconnectedException>(() => QmpClient.ConnectAsync("/nonexistent/qmp", brief));
        Assert.EndsWith("/nonexistent/qmp: No such file or directory (ENOENT) (waited 0.05 s for it)", gone.Message);

        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var endless = new QmpClientOptions { SocketTimeout = Timeout.InfiniteTimeSpan };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => QmpClient.ConnectAsync("/nonexistent/qmp", endless, stop.Token).WaitAsync(Bound));

        // Waiting helps only where nothing is there yet.
        var file = await Assert.ThrowsAsync<QmpDisconnectedException>(() => QmpClient.ConnectAsync("/etc/hostname/qmp", endless).WaitAsync(Bound));
        Assert.DoesNotContain("waited", file.Message);
    }

    /// <summary>Says the next part after each command that was sent, and ends the stream after so many bytes.</summary>
    private static void Converse(FakeTransport transport, int pieceSize, int stopAfter)
    {
        var next = 0;
        var said = 0;
        transport.OnSend = (_, _) =>
        {
            Say();
            return Task.CompletedTask;
        };
        Say();

        void Say()
        {
            var part = Parts[next++];
            var length = Math.Min(part.Length, stopAfter - said);
            said += length;
            for (var at = 0; at < length; at += pieceSize)
                transport.Give(part[at..Math.Min(at + pieceSize, length)]);
            if (said == stopAfter)
                transport.GiveEnd();
        }
    }

    private static async Task<JsonElement> TalkAsync(FakeTransport transport)
    {
        await using var client = await QmpClient.StartAsync(transport, QmpClientOptions.Default, default);
        return await client.ExecuteAsync("a");
    }
}
