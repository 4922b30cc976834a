using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Tests.Control;

/// <summary>QEMU's end of a monitor: answers every command with success by default, and sends what a test requests.</summary>
internal sealed class FakeQemu : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _serving;

    // An answer that comes when the connection is gone fails, and one that a test holds back never comes.
    private readonly BackgroundTasks _answering = new((_, _) => { }, TimeSpan.FromMilliseconds(50));

    private int _descriptors = 100;

    private FakeQemu(NetworkStream stream)
    {
        _stream = stream;
        _serving = ServeAsync();
    }

    public required QmpClient Monitor { get; init; }

    /// <summary>Every command with its arguments, in order.</summary>
    public ConcurrentQueue<(string Name, JsonElement Arguments)> Commands { get; } = [];

    /// <summary>The sets that were added and not removed.</summary>
    public ConcurrentDictionary<int, FakeSet> Fdsets { get; } = [];

    /// <summary>Nodes that were added and not deleted, each with the file that it has open, or "".</summary>
    public ConcurrentDictionary<string, string> Nodes { get; } = [];

    /// <summary>Devices that were added and have not ended.</summary>
    public ConcurrentDictionary<string, bool> Devices { get; } = [];

    /// <summary>What every node is said to have open, in place of its file.</summary>
    public string? OtherFile { get; set; }

    /// <summary>Another program has put a descriptor into each set.</summary>
    public bool ForeignDescriptors { get; set; }

    /// <summary>Decides about a command: null lets it succeed, other text is QEMU's complaint. May wait.</summary>
    public Func<string, JsonElement, Task<string?>> Judge { get; set; } = (_, _) => Task.FromResult<string?>(null);

    public int Count(string command) => Commands.Count(sent => sent.Name == command);

    public static async Task<FakeQemu> StartAsync()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        var socket = new Socket(new SafeSocketHandle(theirs.DangerousGetHandle(), ownsHandle: true));
        theirs.SetHandleAsInvalid();
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync("""{"QMP":{"version":{"qemu":{"major":9,"minor":0,"micro":0},"package":""},"capabilities":[]}}"""u8.ToArray());
        await stream.WriteAsync("\r\n"u8.ToArray());
        // Its handshake is answered below, by who is made only with it.
        var starting = QmpClient.StartAsync(ours);
        await AnswerHandshakeAsync(stream);
        return new FakeQemu(stream) { Monitor = await starting };
    }

    public Task SayAsync(string happened, string device)
    {
        if (happened == "DEVICE_DELETED")
            Devices.TryRemove(device, out _);
        return SayEventAsync(happened, $$"""{"device":"{{device}}","path":"/x"}""");
    }

    /// <summary>Closes the monitor, as a QEMU that has died does.</summary>
    public void Close() => _stream.Close();

    public Task SayEventAsync(string happened, string data) => SendAsync(
        $$$"""{"event":"{{{happened}}}","data":{{{data}}},"timestamp":{"seconds":1,"microseconds":0}}""");

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        await _serving;
        await _stream.DisposeAsync();
        await _answering.DisposeAsync();
    }

    private static async Task AnswerHandshakeAsync(NetworkStream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        var id = JsonDocument.Parse(line.ToString()).RootElement.GetProperty("id").GetRawText();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"return":{},"id":{{id}}}""" + "\r\n"));
    }

    private async Task ServeAsync()
    {
        using var reader = new StreamReader(_stream, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                _answering.Run("answer", _ => AnswerAsync(JsonDocument.Parse(line).RootElement));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // One of the two is gone.
        }
    }

    private async Task AnswerAsync(JsonElement command)
    {
        var name = command.GetProperty("execute").GetString()!;
        var arguments = command.TryGetProperty("arguments", out var given) ? given : default;
        Commands.Enqueue((name, arguments));
        var id = command.GetProperty("id").GetRawText();
        var complaint = await Judge(name, arguments);
        if (complaint is null && name == "device_del" && !Devices.ContainsKey(arguments.GetProperty("id").GetString()!))
            await SendAsync($$$"""{"error":{"class":"DeviceNotFound","desc":"Device not found"},"id":{{{id}}}}""");
        else if (complaint is null)
            await SendAsync($$"""{"return":{{Do(name, arguments)}},"id":{{id}}}""");
        else
            await SendAsync($$$"""{"error":{"class":"GenericError","desc":{{{JsonSerializer.Serialize(complaint)}}}},"id":{{{id}}}}""");
    }

    private string Do(string name, JsonElement arguments)
    {
        switch (name)
        {
            case "add-fd":
                var set = arguments.GetProperty("fdset-id").GetInt32();
                var descriptor = Interlocked.Increment(ref _descriptors);
                Fdsets[set] = new FakeSet(descriptor, arguments.GetProperty("opaque").GetString()!);
                return $$"""{"fdset-id":{{set}},"fd":{{descriptor}}}""";
            case "remove-fd":
                Fdsets.TryRemove(arguments.GetProperty("fdset-id").GetInt32(), out _);
                return "{}";
            case "query-fdsets":
                return "[" + string.Join(',', Fdsets.Select(set =>
                    $$"""{"fdset-id":{{set.Key}},"fds":[{"fd":{{set.Value.Descriptor}},"opaque":"{{set.Value.Opaque}}"}{{(ForeignDescriptors ? """,{"fd":9}""" : "")}}]}""")) + "]";
            case "blockdev-add":
                AddNode(arguments);
                return "{}";
            case "query-named-block-nodes":
                return "[" + string.Join(',', Nodes.Select(node =>
                    $$"""{"node-name":"{{node.Key}}","drv":"file","ro":false,"file":"{{OtherFile ?? node.Value}}"}""")) + "]";
            case "blockdev-del":
                var gone = arguments.GetProperty("node-name").GetString()!;
                Nodes.TryRemove(gone, out _);
                // A file's node that was made with its format's node goes with it.
                Nodes.TryRemove($"{gone}-file", out _);
                return "{}";
            case "device_add":
                Devices[arguments.GetProperty("id").GetString()!] = true;
                return "{}";
            case "qom-list":
                return "[" + string.Join(',', Devices.Keys.Select(device => $$"""{"name":"{{device}}","type":"child<device>"}""")) + "]";
            default:
                return "{}";
        }
    }

    private void AddNode(JsonElement node)
    {
        Nodes[node.GetProperty("node-name").GetString()!] = node.TryGetProperty("filename", out var name) ? name.GetString()! : "";
        if (node.TryGetProperty("file", out var below) && below.ValueKind is JsonValueKind.Object)
            AddNode(below);
    }

    private async Task SendAsync(string message)
    {
        await _turn.WaitAsync();
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(message + "\r\n"));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // One of the two is gone.
        }
        finally
        {
            _turn.Release();
        }
    }
}

/// <summary>A descriptor set with one descriptor.</summary>
internal sealed record FakeSet(int Descriptor, string Opaque);
