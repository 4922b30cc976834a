using System.Diagnostics;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class HostileTests
{
    private static readonly VarlinkServerOptions Strict = new()
    {
        Limits = new VarlinkLimits { ReceiveTime = TimeSpan.FromMilliseconds(500), SendTime = TimeSpan.FromMilliseconds(500), MessageBytes = 1 << 20 },
        Connections = 64,
        ConnectionsPerUser = 48,
        QueuedCalls = 8,
    };

    [Fact]
    public async Task A_caller_that_does_not_read_is_dropped_and_its_call_ends()
    {
        await using var server = new TestServer(Strict);
        await WithGoodClientAsync(server, async () =>
        {
            using var script = await Script.ConnectAsync(server.Path);
            await script.SendAsync("{\"method\":\"org.example.odd.Flood\",\"parameters\":{\"bytes\":100000},\"more\":true}|");
            Assert.True(await server.Cancelled.WaitAsync(5000));
        });
        Assert.Contains("did not take a message", Assert.Single(server.Dropped), StringComparison.Ordinal);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task Half_messages_garbage_and_huge_messages_end_their_senders_only()
    {
        await using var server = new TestServer(Strict);
        await WithGoodClientAsync(server, async () =>
        {
            foreach (var text in (string[])["{\"method\":", "\u0001garbage|", new string('x', 2 << 20), "{\"a\":" + new string('[', 500_000) + "|"])
            {
                using var script = await Script.ConnectAsync(server.Path);
                var sending = script.SendAsync(text);
                Assert.Null(await script.ReadAsync(5));
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        Assert.Equal(4, server.Dropped.Count);
    }

    [Fact]
    public async Task Calls_without_end_behind_one_that_hangs_are_not_read_without_end()
    {
        await using var server = new TestServer(Strict);
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync("{\"method\":\"org.example.odd.Forever\"}|");
        Assert.True(await server.Entered.WaitAsync(5000));
        var call = Encoding.ASCII.GetBytes("{\"method\":\"org.varlink.service.GetInfo\"}\0");
        using var timer = new CancellationTokenSource(1000);
        long sent = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (; sent < 64 << 20; sent += call.Length)
                await script.Connection.SendAsync(call, null, timer.Token);
        });
        Assert.InRange(sent, 1, 4 << 20);
        script.Dispose();
        Assert.True(await server.Cancelled.WaitAsync(5000));
    }

    [Fact]
    public async Task Ten_thousand_connections_do_not_block_another_user()
    {
        await using var server = new TestServer(Strict);
        await WithGoodClientAsync(server, async () =>
        {
            var held = new Queue<UnixConnection>();
            for (var i = 0; i < 10_000; i++)
            {
                held.Enqueue(await UnixConnection.ConnectAsync(server.Path));
                if (held.Count > 200)
                    held.Dequeue().Dispose();
                if (i % 1000 == 0)
                {
                    await using var newcomer = await VarlinkClient.ConnectAsync(server.Path);
                    using var reply = await newcomer.CallAsync("org.example.echo.Echo", p => p.WriteString("text", "in"));
                    Assert.Equal("in", reply.Parameters.GetProperty("text").GetString());
                }
            }
            Assert.InRange(server.ConnectionCount, 1, 48);
            foreach (var connection in held)
                connection.Dispose();
        });
    }

    [Fact]
    public async Task Open_connections_are_limited_for_each_user()
    {
        await using var server = new TestServer(Strict with { ConnectionsPerUser = 3 });
        var clients = new List<VarlinkClient>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await VarlinkClient.ConnectAsync(server.Path));
            (await clients[i].CallAsync("org.varlink.service.GetInfo")).Dispose();
        }
        await using (var fourth = await VarlinkClient.ConnectAsync(server.Path))
            await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => fourth.CallAsync("org.varlink.service.GetInfo"));
        foreach (var client in clients)
        {
            (await client.CallAsync("org.varlink.service.GetInfo")).Dispose();
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_thousand_calls_of_every_kind_leave_no_descriptor_behind()
    {
        await using (var warmUp = new TestServer())
            await EveryKindAsync(warmUp);
        var before = Descriptors.Open();
        await using (var server = new TestServer())
        {
            for (var i = 0; i < 100; i++)
                await EveryKindAsync(server);
        }
        await Descriptors.AssertNoMoreThanAsync(before);
    }

    private static async Task EveryKindAsync(TestServer server)
    {
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        using var file = File.OpenHandle("/dev/null");
        for (var i = 0; i < 5; i++)
        {
            (await client.CallAsync("org.example.echo.ReadFile", p => p.WriteNumber("fileDescriptorIndex", 0), [file, file])).Dispose();
            (await client.CallAsync("org.example.echo.OpenFile", p => p.WriteString("path", "/dev/null"))).Dispose();
        }
        await client.CallOneWayAsync("org.example.odd.Note", p => p.WriteString("text", ""), [file]);
        await Assert.ThrowsAsync<VarlinkErrorException>(() => client.CallAsync("org.example.nope.X", null, [file]));
        using (var raw = await client.UpgradeAsync("org.example.echo.Shout"))
            await raw.SendAsync("x"u8.ToArray(), [file]);
    }

    /// <summary>A good client calls all the while; none of its calls takes long.</summary>
    private static async Task WithGoodClientAsync(TestServer server, Func<Task> attack)
    {
        await using var good = await VarlinkClient.ConnectAsync(server.Path);
        (await good.CallAsync("org.varlink.service.GetInfo")).Dispose();
        var attacking = Task.Run(attack);
        var longest = TimeSpan.Zero;
        var calls = 0;
        do
        {
            var start = Stopwatch.GetTimestamp();
            using var reply = await good.CallAsync("org.example.echo.Echo", p => p.WriteString("text", "still here"));
            var took = Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            calls++;
            await Task.Delay(2);
        }
        while (!attacking.IsCompleted);
        await attacking;
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} good calls, the longest took {longest.TotalMilliseconds:0.0} ms");
        Assert.True(longest < TimeSpan.FromSeconds(2), $"A good call took {longest}.");
        Assert.True(calls > 10);
    }
}
