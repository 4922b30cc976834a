using System.Text;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Qmp.Tests;

/// <summary>The other end of a real socket pair, which says what the test tells it to.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "test"}, "capabilities": ["oob"]}}""" + "\r\n";

    private readonly UnixConnection _socket;
    private readonly LineBuffer _lines = new(64 * 1024 * 1024);

    private ScriptedPeer(UnixConnection socket) => _socket = socket;

    public DescriptorQueue Descriptors { get; } = new();

    public static (ScriptedPeer Peer, UnixConnection Client) Create()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        return (new ScriptedPeer(UnixConnection.Adopt(theirs)), ours);
    }

    public static ScriptedPeer Over(UnixConnection socket) => new(socket);

    /// <summary>A client past its handshake.</summary>
    public static async Task<(ScriptedPeer Peer, QmpClient Client)> ConnectedAsync(QmpClientOptions? options = null)
    {
        var (peer, socket) = Create();
        var starting = QmpClient.StartAsync(socket, options);
        await peer.SendAsync(Greeting);
        await peer.ReturnAsync(await peer.NextAsync());
        return (peer, await starting);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _socket.SendAsync(bytes).AsTask();

    public Task ReturnAsync(JsonElement command, string value = "{}") =>
        SendAsync($$"""{"return": {{value}}, "id": {{command.GetProperty("id")}}}""" + "\r\n");

    /// <summary>The next command of the client.</summary>
    public async Task<JsonElement> NextAsync()
    {
        while (true)
        {
            if (_lines.TryTakeLine(out var line))
                return JsonDocument.Parse(line.ToArray()).RootElement;
            var count = await _socket.ReceiveAsync(_lines.Room(), Descriptors);
            Assert.True(count > 0, "the client has closed");
            _lines.Received(count);
        }
    }

    public ValueTask DisposeAsync()
    {
        Descriptors.Dispose();
        return _socket.DisposeAsync();
    }
}
