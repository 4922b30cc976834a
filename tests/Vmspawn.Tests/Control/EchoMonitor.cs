using System.Text;
using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Tests.Control;

/// <summary>
/// A monitor of our own: returns the arguments of each command, fails <c>fail</c>, sends an event before the answer to
/// <c>happen</c>, and never answers <c>hang</c>.
/// </summary>
internal sealed class EchoMonitor : IAsyncDisposable
{
    private const string Greeting = """{"QMP": {"version": {"qemu": {"micro": 5, "minor": 4, "major": 3}, "package": "of \u0074ests"}, "capabilities": ["oob"]}}""";

    private readonly UnixConnection _connection;
    private readonly Task _answering;

    private EchoMonitor(UnixConnection connection)
    {
        _connection = connection;
        _answering = AnswerAllAsync();
    }

    /// <summary>Every command received, as it was written.</summary>
    public List<string> Received { get; } = [];

    public static async Task<(EchoMonitor Monitor, QmpClient Client)> StartAsync()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        var monitor = new EchoMonitor(UnixConnection.Adopt(theirs));
        return (monitor, await QmpClient.StartAsync(ours));
    }

    public Task SayAsync(string line) => _connection.SendAsync(Encoding.UTF8.GetBytes(line + "\r\n")).AsTask();

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AnswerAllAsync()
    {
        await SayAsync(Greeting);
        using var received = new DescriptorQueue(64);
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        while (await _connection.ReceiveAsync(buffer, received) is > 0 and int count)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            var lines = text.ToString().Split('\n');
            text.Clear().Append(lines[^1]);
            foreach (var line in lines[..^1])
                await AnswerAsync(line);
        }
    }

    private async Task AnswerAsync(string line)
    {
        lock (Received)
            Received.Add(line);
        using var command = JsonDocument.Parse(line, new() { MaxDepth = 1024 });
        var name = command.RootElement.GetProperty("execute").GetString()!;
        var id = command.RootElement.GetProperty("id").GetRawText();
        var value = command.RootElement.TryGetProperty("arguments", out var arguments) ? arguments.GetRawText() : "{}";
        if (name == "hang")
            return;
        if (name == "happen")
            await SayAsync($$$"""{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "HAPPENED", "data": {{{value}}}}""");
        await SayAsync(name == "fail"
            ? $$$"""{"id": {{{id}}}, "error": {"class": "DeviceNotFound", "desc": "a \u0022b\u0022"}}"""
            : $$"""{"return": {{value}}, "id": {{id}}}""");
    }
}
