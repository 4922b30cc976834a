using System.Threading.Channels;
using Vmspawn.Control.MonitorShare;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Control;

/// <summary>From a Varlink call to QMP on one socket, with the QEMU that is installed.</summary>
public class QmpShareInterfacesTests
{
    private const string Call = """{"method":"io.systemd.QemuMachineInstance.AcquireQMP","upgrade":true}""" + "\0";
    private const string Upgraded = """{"parameters":{}}""" + "\0";

    [Fact]
    public async Task A_connection_speaks_qmp_after_the_call_also_when_commands_and_a_descriptor_came_right_behind_it()
    {
        await using var fixture = await Fixture.StartAsync();
        using var program = await fixture.ConnectAsync();
        using var file = File.OpenHandle("/dev/null");
        await program.SendAsync(Call + """{"execute":"qmp_capabilities","id":42}{"execute":"query-status","id":"abc"}""");
        await program.SendAsync("""{"execute":"getfd","arguments":{"fdname":"a"},"id":null}""", file);
        Assert.StartsWith(Upgraded + """{"QMP": {"version": """, await program.LineAsync());
        Assert.Equal("""{"return": {}, "id": 42}""", await program.LineAsync());
        Assert.EndsWith(""", "id": "abc"}""", await program.LineAsync());
        Assert.Equal("""{"return": {}, "id": null}""", await program.LineAsync());
        program.Dispose();
        Assert.Equal(QmpShareEnd.Left, await fixture.Ends.ReadAsync().AsTask().WaitAsync(QmpShareProgram.Bound));
    }

    [Fact]
    public async Task Several_acquire_it_at_once_and_stopping_the_server_ends_them_with_the_reason()
    {
        await using var fixture = await Fixture.StartAsync();
        QmpShareProgram[] programs = [await fixture.ConnectAsync(), await fixture.ConnectAsync(), await fixture.ConnectAsync()];
        foreach (var program in programs)
            Assert.StartsWith(Upgraded, await program.AskAsync(Call));
        foreach (var program in programs)
            Assert.Equal("""{"return": {}, "id": 1}""", await program.AskAsync("""{"execute":"qmp_capabilities","id":1}"""));
        await fixture.StopAsync();
        foreach (var program in programs)
        {
            Assert.Null(await program.LineOrEndAsync());
            Assert.Equal(QmpShareEnd.Stopped, await fixture.Ends.ReadAsync().AsTask().WaitAsync(QmpShareProgram.Bound));
            program.Dispose();
        }
    }

    [Fact]
    public async Task Without_upgrade_it_is_refused_and_the_interfaces_are_described()
    {
        await using var fixture = await Fixture.StartAsync();
        await using var client = await VarlinkClient.ConnectAsync(fixture.Path);
        await Assert.ThrowsAsync<VarlinkErrorException>(() => client.CallAsync("io.systemd.QemuMachineInstance.AcquireQMP"));
        foreach (var name in new[] { "io.systemd.QemuMachineInstance", "io.systemd.VirtualMachineInstance" })
        {
            using var reply = await client.CallAsync("org.varlink.service.GetInterfaceDescription", p => p.WriteString("interface"u8, name));
            var text = reply.Parameters.GetProperty("description"u8).GetString()!;
            Assert.Equal(name, VarlinkInterface.Parse(text).Name);
            Assert.Equal(name.Contains("Qemu", StringComparison.Ordinal), text.Contains("method AcquireQMP() -> ()", StringComparison.Ordinal));
        }
    }

    private sealed class Fixture : IAsyncDisposable
    {
        private readonly QmpShareQemu _qemu;
        private readonly VarlinkServer _server;
        private readonly Channel<QmpShareEnd> _ends = Channel.CreateUnbounded<QmpShareEnd>();

        private Fixture(QmpShareQemu qemu)
        {
            _qemu = qemu;
            var service = new VarlinkService(
                new VarlinkIdentity("v", "p", "1", "u"),
                QmpShareInterfaces.VirtualMachine(),
                QmpShareInterfaces.QemuMachine(() => Task.FromResult(qemu.Share), (_, end) => _ends.Writer.TryWrite(end)));
            _server = VarlinkServer.Start(UnixListener.Bind(Path), service);
        }

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"vmspawn-share-{Guid.NewGuid()}");

        public ChannelReader<QmpShareEnd> Ends => _ends.Reader;

        public static async Task<Fixture> StartAsync() => new(await QmpShareQemu.StartAsync());

        public async Task<QmpShareProgram> ConnectAsync() => QmpShareProgram.Over(await UnixConnection.ConnectAsync(Path));

        public ValueTask StopAsync() => _server.DisposeAsync();

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await _qemu.DisposeAsync();
        }
    }
}
