using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Registration;

/// <summary>A systemd-machined that records calls, served by the real Varlink server; an older one knows fewer fields.</summary>
internal sealed class SomeMachined : IAsyncDisposable
{
    private const string Text = """
        interface io.systemd.Machine
        method Register(name: string, id: ?string, service: ?string, class: string, leader: ?int, vSockCid: ?int, sshAddress: ?string, sshPrivateKeyPath: ?string, controlAddress: ?string, allocateUnit: ?bool) -> ()
        method Unregister(name: ?string) -> ()
        error MachineExists()
        """;

    private readonly VarlinkServer _server;
    private readonly TemporaryDirectory _directory = new();

    /// <param name="unknown">Fields that it refuses by name.</param>
    public SomeMachined(params string[] unknown)
        : this("", unknown)
    {
    }

    private SomeMachined(string version, string[] unknown)
    {
        var implementation = new VarlinkImplementation(VarlinkInterface.Parse(Text))
            .On("Register", call =>
            {
                foreach (var field in unknown.Where(field => call.Parameters.TryGetProperty(field, out _)))
                    throw new VarlinkErrorException("org.varlink.service.InvalidParameter", writer => writer.WriteString("parameter"u8, field));
                if (call.Parameters.GetProperty("name").GetString() == "taken")
                    throw new VarlinkErrorException("io.systemd.Machine.MachineExists");
                Registered.Add(call.Parameters.Clone());
                return call.ReplyAsync();
            })
            .On("Unregister", call =>
            {
                Unregistered.Add(call.Parameters.GetProperty("name").GetString()!);
                return call.ReplyAsync();
            });
        var listener = UnixListener.Bind(Socket);
        _server = VarlinkServer.Start(listener, new VarlinkService(new VarlinkIdentity("", "machined", version, ""), implementation));
    }

    public static SomeMachined Of(string version) => new(version, []);

    public string Socket => _directory["socket"];

    public List<JsonElement> Registered { get; } = [];

    public List<string> Unregistered { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }
}
