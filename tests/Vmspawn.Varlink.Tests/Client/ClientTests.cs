using System.IO.Pipes;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class ClientTests
{
    [Fact]
    public async Task An_interface_from_plain_text_replies_several_times_to_those_who_want_more()
    {
        var counting = new VarlinkImplementation(VarlinkInterface.Parse("interface org.example.counting\nmethod Count(to: int) -> (number: int)\n"))
            .On("Count", async call =>
            {
                var to = call.Parameters.GetProperty("to"u8).GetInt64();
                for (long number = 1; call.WantsMore && number < to; number++)
                    await call.ContinueAsync(reply => reply.WriteNumber("number"u8, number));
                await call.ReplyAsync(reply => reply.WriteNumber("number"u8, to));
            });
        var directory = Directory.CreateTempSubdirectory("varlink");
        var path = Path.Combine(directory.FullName, "socket");
        try
        {
            var service = new VarlinkService(new VarlinkIdentity("Example", "counting", "1", "https://example.org/"), counting);
            await using var server = VarlinkServer.Start(UnixListener.Bind(path), service);
            await using var client = await VarlinkClient.ConnectAsync(path);
            var numbers = new List<long>();
            await foreach (var reply in client.CallMoreAsync("org.example.counting.Count", p => p.WriteNumber("to", 3)))
            {
                using (reply)
                    numbers.Add(reply.Parameters.GetProperty("number"u8).GetInt64());
            }

            Assert.Equal([1, 2, 3], numbers);
            using var only = await client.CallAsync("org.example.counting.Count", p => p.WriteNumber("to", 3));
            Assert.Equal((3, false), (only.Parameters.GetProperty("number"u8).GetInt64(), only.Continues));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Many_callers_share_a_connection_and_each_gets_its_own_reply()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
        {
            using var reply = await client.CallAsync("org.example.echo.Echo", p => p.WriteString("text", $"{i}"));
            Assert.Equal($"{i}", reply.Parameters.GetProperty("text").GetString());
        }));
    }

    [Fact]
    public async Task Replies_stream_in_order_and_other_calls_go_on_afterwards()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        var numbers = new List<long>();
        await foreach (var reply in client.CallMoreAsync("org.example.echo.Count", p => p.WriteNumber("to", 100)))
        {
            using (reply)
                numbers.Add(reply.Parameters.GetProperty("number").GetInt64());
        }
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), numbers);
        (await client.CallAsync("org.varlink.service.GetInfo")).Dispose();
    }

    [Fact]
    public async Task Leaving_a_stream_closes_the_connection_and_ends_the_call_at_the_service()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        await foreach (var reply in client.CallMoreAsync("org.example.odd.Flood", p => p.WriteNumber("bytes", 10)))
        {
            reply.Dispose();
            break;
        }
        Assert.True(await server.Cancelled.WaitAsync(5000));
        await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => client.CallAsync("org.varlink.service.GetInfo"));
    }

    [Fact]
    public async Task Errors_carry_name_and_parameters()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        var e = await Assert.ThrowsAsync<VarlinkErrorException>(
            () => client.CallAsync("org.example.echo.Echo", p => p.WriteString("text", new string('x', 1001))));
        Assert.Equal("org.example.echo.TooLong", e.Name);
        Assert.Equal(1000, e.Parameters.GetProperty("limit").GetInt32());
    }

    [Fact]
    public async Task A_pipe_passes_both_ways_and_carries_data()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        using (var pipe = new AnonymousPipeServerStream(PipeDirection.Out))
        {
            var call = client.CallAsync(
                "org.example.echo.ReadFile", p => p.WriteNumber("fileDescriptorIndex", 0), [pipe.ClientSafePipeHandle]);
            await pipe.WriteAsync("through the pipe"u8.ToArray());
            pipe.Dispose();
            using var reply = await call.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal("through the pipe", reply.Parameters.GetProperty("content").GetString());
        }
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "from a file");
        using var opened = await client.CallAsync("org.example.echo.OpenFile", p => p.WriteString("path", path));
        Assert.True(opened.Descriptors.TryTake(opened.Parameters.GetProperty("fileDescriptorIndex").GetInt64(), out var handle));
        using (var reader = new StreamReader(new FileStream(handle, FileAccess.Read)))
            Assert.Equal("from a file", await reader.ReadToEndAsync());
        Assert.False(opened.Descriptors.TryTake(0, out _));
        File.Delete(path);
    }

    [Fact]
    public async Task An_upgraded_connection_is_raw_both_ways()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        using var raw = await client.UpgradeAsync("org.example.echo.Shout");
        using var descriptors = new DescriptorQueue();
        var buffer = new byte[100];
        for (var i = 0; i < 3; i++)
        {
            await raw.SendAsync("not json"u8.ToArray());
            var count = await raw.ReceiveAsync(buffer, descriptors);
            Assert.Equal("NOT JSON", Encoding.ASCII.GetString(buffer, 0, count));
        }
        await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => client.CallAsync("org.varlink.service.GetInfo"));
    }

    [Fact]
    public async Task Raw_bytes_and_descriptors_sent_right_behind_the_upgrade_call_are_handed_over()
    {
        using var pair = new Pair();
        using var reader = new MessageReader(pair.Near, new VarlinkLimits(), ByteBudget.Unlimited);
        using var file = File.OpenHandle("/dev/null");
        await pair.Far.SendAsync("{}\0raw\0"u8.ToArray());
        await pair.Far.SendAsync("with"u8.ToArray(), [file]);
        (await reader.ReadAsync(default))!.Dispose();
        using var raw = new UpgradedConnection(pair.Near, reader);
        using var descriptors = new DescriptorQueue();
        var buffer = new byte[100];
        var text = "";
        while (text.Length < "raw\0with".Length)
            text += Encoding.ASCII.GetString(buffer, 0, await raw.ReceiveAsync(buffer, descriptors));
        Assert.Equal("raw\0with", text);
        Assert.Equal(1, descriptors.Count);
    }

    [Fact]
    public async Task A_server_hands_over_what_came_behind_the_upgrade_call()
    {
        await using var server = new TestServer();
        using var connection = await UnixConnection.ConnectAsync(server.Path);
        await connection.SendAsync("{\"method\":\"org.example.echo.Shout\",\"upgrade\":true}\0early\0"u8.ToArray());
        using var descriptors = new DescriptorQueue();
        var buffer = new byte[100];
        var text = "";
        while (!text.EndsWith("EARLY\0", StringComparison.Ordinal))
            text += Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer, descriptors, new CancellationTokenSource(5000).Token));
        Assert.Equal("{\"parameters\":{}}\0EARLY\0", text);
    }

    [Fact]
    public async Task A_call_given_up_leaves_the_connection_usable()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path, new VarlinkClientOptions { CallTime = TimeSpan.FromMilliseconds(300) });
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var stuck = client.CallAsync("org.example.echo.ReadFile", p => p.WriteNumber("fileDescriptorIndex", 0), [pipe.ClientSafePipeHandle]);
        await Assert.ThrowsAsync<TimeoutException>(() => stuck);
        pipe.Dispose();
        using var reply = await client.CallAsync("org.example.echo.Echo", p => p.WriteString("text", "next"));
        Assert.Equal("next", reply.Parameters.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("", "the service closed the connection")]
    [InlineData("nonsense|", "no JSON object")]
    [InlineData("{\"parameters\":{}", "ended within a message")]
    [InlineData("{\"continues\":true}|", "not requested")]
    [InlineData("{\"error\":1}|", "no string")]
    public async Task Every_loss_of_the_service_fails_the_pending_and_the_later_calls(string answer, string reason)
    {
        using var pair = new Pair();
        await using var client = VarlinkClient.Over(pair.Near);
        Task<VarlinkReply>[] calls = [client.CallAsync("a.b.C"), client.CallAsync("a.b.D")];
        var service = new Script(pair.Far);
        await service.ReadAsync();
        await service.ReadAsync();
        if (answer.Length > 0)
            await service.SendAsync(answer);
        service.Dispose();
        foreach (var call in calls)
            Assert.Contains(reason, (await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => call)).Message, StringComparison.Ordinal);
        Assert.Contains(reason, (await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => client.CallAsync("a.b.E"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_without_a_call_ends_the_connection()
    {
        using var pair = new Pair();
        using var service = new Script(pair.Far);
        await service.SendAsync("{\"parameters\":{}}|");
        // What is in the socket already is read while the client is made, so before its first call.
        await using var client = VarlinkClient.Over(pair.Near);
        Assert.Contains("a reply without a call", (await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => client.CallAsync("a.b.C"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_without_a_listener_is_an_error_that_names_the_cause() =>
        Assert.Equal(Errno.ENOENT, (await Assert.ThrowsAsync<LinuxException>(() => VarlinkClient.ConnectAsync("/nowhere/socket"))).Errno);
}
