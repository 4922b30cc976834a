using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class ServerTests
{
    private const string Invalid = "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"";

    [Theory]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"hi\"}}", "{\"parameters\":{\"text\":\"hi\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"hi\"},\"more\":true}", "{\"parameters\":{\"text\":\"hi\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\"}", Invalid + "text\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":null}", Invalid + "text\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":[]}", Invalid + "parameters\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":null}}", Invalid + "text\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"\",\"txet\":1}}", Invalid + "txet\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Nope\"}", "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\"org.example.echo.Nope\"}}")]
    [InlineData("{\"method\":\"Nope\"}", "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\"Nope\"}}")]
    [InlineData("{\"method\":\"org.nope.X\"}", "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"org.nope\"}}")]
    [InlineData("{\"method\":\"org.example.echo.Count\",\"parameters\":{\"to\":1}}", "{\"error\":\"org.varlink.service.ExpectedMore\",\"parameters\":{}}")]
    [InlineData("{\"method\":\"org.example.echo.Shout\"}", "{\"error\":\"org.varlink.service.ExpectedUpgrade\",\"parameters\":{}}")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"hi\"},\"upgrade\":true}", "{\"error\":\"org.varlink.service.MethodNotImplemented\",\"parameters\":{\"method\":\"org.example.echo.Echo\"}}")]
    [InlineData("{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"a.b\"}}", "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"a.b\"}}")]
    [InlineData("{\"method\":\"org.varlink.service.GetInfo\"}", "{\"parameters\":{\"vendor\":\"Example\",\"product\":\"odd\",\"version\":\"1\",\"url\":\"https://example.org/\",\"interfaces\":[\"io.systemd\",\"org.example.echo\",\"org.example.odd\",\"org.varlink.service\"]}}")]
    [InlineData("{\"method\":\"org.example.odd.Throw\"}", "{\"error\":\"io.systemd.System\",\"parameters\":{\"origin\":\"linux\",\"errnoName\":\"EIO\",\"errno\":5}}")]
    [InlineData("{\"method\":\"org.example.odd.ThrowErrno\"}", "{\"error\":\"io.systemd.System\",\"parameters\":{\"origin\":\"linux\",\"errnoName\":\"ENOSPC\",\"errno\":28}}")]
    [InlineData("{\"method\":\"org.example.odd.NoReply\"}", "{\"error\":\"io.systemd.System\",\"parameters\":{\"origin\":\"linux\",\"errnoName\":\"EIO\",\"errno\":5}}")]
    [InlineData("{\"method\":\"org.example.odd.WrongReply\"}", "{\"error\":\"io.systemd.System\",\"parameters\":{\"origin\":\"linux\",\"errnoName\":\"EIO\",\"errno\":5}}")]
    [InlineData("{\"method\":\"org.example.odd.UndeclaredError\"}", "{\"error\":\"io.systemd.System\",\"parameters\":{\"origin\":\"linux\",\"errnoName\":\"EIO\",\"errno\":5}}")]
    [InlineData("{\"method\":\"org.example.odd.TwoReplies\"}", "{\"parameters\":{}}")]
    public async Task Each_call_gets_its_reply_and_the_connection_goes_on(string call, string reply)
    {
        await using var server = new TestServer();
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync(call + "|{\"method\":\"org.example.odd.Note\",\"parameters\":{\"text\":\"after\"}}|");
        Assert.Equal(reply, await script.ReadAsync());
        Assert.Equal("{\"parameters\":{}}", await script.ReadAsync());
        Assert.Equal(call.Contains(".odd.T", StringComparison.Ordinal) || reply.Contains("EIO", StringComparison.Ordinal) ? 1 : 0, server.Failures.Count);
    }

    [Theory]
    [InlineData("{\"size\":{\"width\":1,\"unit\":\"mm\"},\"names\":[\"a\"],\"ages\":{\"x\":1},\"value\":[1],\"ratio\":1.5,\"flag\":true,\"thing\":{}}", null)]
    [InlineData("{\"size\":null,\"names\":null}", null)]
    [InlineData("{\"names\":[],\"ages\":{},\"ratio\":1}", null)]
    [InlineData("{\"size\":{\"width\":1}}", "size")]
    [InlineData("{\"size\":{\"width\":1,\"unit\":\"ell\"}}", "size")]
    [InlineData("{\"size\":{\"width\":1,\"unit\":\"mm\",\"depth\":1}}", "size")]
    [InlineData("{\"names\":[\"a\",1]}", "names")]
    [InlineData("{\"names\":[null]}", "names")]
    [InlineData("{\"names\":{}}", "names")]
    [InlineData("{\"ages\":{\"x\":1.5}}", "ages")]
    [InlineData("{\"ages\":{\"x\":9223372036854775808}}", "ages")]
    [InlineData("{\"ages\":[]}", "ages")]
    [InlineData("{\"ratio\":\"1\"}", "ratio")]
    [InlineData("{\"flag\":0}", "flag")]
    [InlineData("{\"thing\":[]}", "thing")]
    public async Task Parameters_are_checked_against_the_interface(string parameters, string? wrong)
    {
        await using var server = new TestServer();
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync($"{{\"method\":\"org.example.odd.Take\",\"parameters\":{parameters}}}|");
        Assert.Equal(wrong is null ? "{\"parameters\":{}}" : $"{Invalid}{wrong}\"}}}}", await script.ReadAsync());
    }

    [Theory]
    [InlineData("nonsense|")]
    [InlineData("{}|")]
    [InlineData("{\"method\":1}|")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"more\":1}|")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"more\":true,\"oneway\":true}|")]
    [InlineData("{\"method\":\"org.example.echo.Echo\",\"upgrade\":true,\"oneway\":true}|")]
    public async Task A_caller_that_violates_the_protocol_is_disconnected_and_the_reason_is_reported(string text)
    {
        await using var server = new TestServer();
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync(text);
        Assert.Null(await script.ReadAsync());
        Assert.Single(server.Dropped);
    }

    [Fact]
    public async Task Pipelined_calls_are_answered_in_order_and_oneway_calls_not_at_all()
    {
        await using var server = new TestServer();
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync("{\"method\":\"org.example.echo.Count\",\"parameters\":{\"to\":3,\"milliseconds\":20},\"more\":true}|"
            + "{\"method\":\"org.example.odd.Note\",\"parameters\":{\"text\":\"quiet\"},\"oneway\":true}|"
            + "{\"method\":\"org.example.nope.X\",\"oneway\":true}|"
            + "{\"method\":\"org.example.echo.Echo\",\"parameters\":{\"text\":\"last\"}}|");
        string?[] replies = [await script.ReadAsync(), await script.ReadAsync(), await script.ReadAsync(), await script.ReadAsync()];
        Assert.Equal(
            ["{\"continues\":true,\"parameters\":{\"number\":1}}", "{\"continues\":true,\"parameters\":{\"number\":2}}",
             "{\"parameters\":{\"number\":3}}", "{\"parameters\":{\"text\":\"last\"}}"],
            replies);
        Assert.Equal(["quiet"], server.Notes);
    }

    [Fact]
    public async Task Descriptions_are_what_is_implemented()
    {
        await using var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        var names = await client.GetInterfaceNamesAsync();
        Assert.Contains("org.varlink.service", names);
        Assert.Equal(VarlinkEcho.EchoService.Interface, await client.GetInterfaceAsync("org.example.echo"));
        Assert.Equal(BuiltInInterfaces.Service, await client.GetInterfaceAsync("org.varlink.service"));
    }

    [Fact]
    public void A_method_without_handler_and_a_handler_without_method_are_refused()
    {
        var identity = new VarlinkIdentity("", "", "", "");
        var face = new VarlinkInterface("a.b", methods: [new("M", [], [])]);
        Assert.Throws<ArgumentException>(() => new VarlinkService(identity, new VarlinkImplementation(face)));
        Assert.Throws<ArgumentException>(() => new VarlinkImplementation(face).On("N", _ => default));
        var whole = new VarlinkImplementation(face).On("M", _ => default);
        Assert.Throws<ArgumentException>(() => whole.On("M", _ => default));
        Assert.Throws<ArgumentException>(() => new VarlinkService(identity, whole, whole));
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_its_call()
    {
        await using var server = new TestServer();
        using (var script = await Script.ConnectAsync(server.Path))
        {
            await script.SendAsync("{\"method\":\"org.example.odd.Forever\"}|");
            Assert.True(await server.Entered.WaitAsync(5000));
        }
        Assert.True(await server.Cancelled.WaitAsync(5000));
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task Stopping_the_server_cancels_calls_and_disconnects()
    {
        var server = new TestServer();
        await using var client = await VarlinkClient.ConnectAsync(server.Path);
        var call = client.CallAsync("org.example.odd.Forever");
        Assert.True(await server.Entered.WaitAsync(5000));
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAsync<VarlinkDisconnectedException>(() => call);
        Assert.False(File.Exists(server.Path));
    }

    [Fact]
    public async Task A_peer_that_is_not_permitted_gets_one_answer_and_is_disconnected()
    {
        await using var server = new TestServer(new VarlinkServerOptions { Permits = peer => peer.UserId == uint.MaxValue });
        using var script = await Script.ConnectAsync(server.Path);
        await script.SendAsync("{\"method\":\"org.example.odd.Note\",\"parameters\":{\"text\":\"x\"}}|{\"method\":\"org.varlink.service.GetInfo\"}|");
        Assert.Equal("{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}", await script.ReadAsync());
        Assert.Null(await script.ReadAsync());
        Assert.Empty(server.Notes);
    }

    [Fact]
    public void By_default_only_root_and_the_servers_user_are_permitted()
    {
        var ours = uint.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2]);
        var permits = new VarlinkServerOptions().Permits;
        Assert.True(permits(new PeerCredentials(ours, 1, 1)));
        Assert.True(permits(new PeerCredentials(0, 1, 1)));
        Assert.False(permits(new PeerCredentials(ours + 1, 1, 1)));
    }
}
