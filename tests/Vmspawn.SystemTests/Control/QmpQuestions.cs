using System.Text;
using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.SystemTests.Control;

/// <summary>QEMU asked directly, through the monitor that the control socket shares.</summary>
internal sealed class QmpQuestions : IDisposable
{
    private readonly UpgradedConnection _connection;
    private readonly DescriptorQueue _descriptors = new();
    private readonly List<byte> _received = [];

    private QmpQuestions(UpgradedConnection connection) => _connection = connection;

    public static async Task<QmpQuestions> Acquire(ControlledVm vm)
    {
        // The client has no say over its connection any more once it is handed over.
        var client = await vm.Connect();
        var qmp = new QmpQuestions(await client.UpgradeAsync("io.systemd.QemuMachineInstance.AcquireQMP"));
        await qmp.Next("QMP");
        await qmp.Ask("qmp_capabilities");
        return qmp;
    }

    public async Task<JsonElement> Ask(string command, string arguments = "{}")
    {
        await _connection.SendAsync(Encoding.UTF8.GetBytes($$"""{"execute":"{{command}}","arguments":{{arguments}}}""" + "\n"));
        return (await Next("return")).GetProperty("return"u8);
    }

    /// <summary>Names of the block nodes that the control socket's disks made, sorted.</summary>
    public async Task<string[]> HotNodes() => [.. (await Ask("query-named-block-nodes", """{"flat":true}""")).EnumerateArray()
        .Select(node => node.GetProperty("node-name"u8).GetString()!)
        .Where(name => name.StartsWith("vmspawn-hot-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public async Task<int> Fdsets() => (await Ask("query-fdsets")).GetArrayLength();

    public void Dispose()
    {
        _connection.Dispose();
        _descriptors.Dispose();
    }

    /// <summary>The next message with that member; events in between are passed over.</summary>
    private async Task<JsonElement> Next(string member)
    {
        var buffer = new byte[65536];
        while (true)
        {
            while (_received.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var message = JsonDocument.Parse(_received.GetRange(0, end).ToArray()).RootElement;
                _received.RemoveRange(0, end + 1);
                Assert.False(message.TryGetProperty("error"u8, out var error), error.ToString());
                if (message.TryGetProperty(member, out _))
                    return message;
            }

            var count = await _connection.ReceiveAsync(buffer, _descriptors);
            Assert.True(count > 0, "QEMU closed the monitor");
            _received.AddRange(buffer.AsSpan(0, count));
        }
    }
}
