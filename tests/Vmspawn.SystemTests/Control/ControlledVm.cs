using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.SystemTests.Harness;
using Vmspawn.Varlink;

namespace Vmspawn.SystemTests.Control;

/// <summary>A running VM with a client on its control socket and commands for the shell in its guest.</summary>
internal sealed class ControlledVm : IAsyncDisposable
{
    public const string Ours = "org.vmspawn.Machine.";
    public const string Instance = "io.systemd.MachineInstance.";

    private static readonly TimeSpan SocketBound = TimeSpan.FromSeconds(20);
    private static readonly VarlinkClientOptions Patient = new() { CallTime = TimeSpan.FromSeconds(90) };

    private ControlledVm(VmspawnRun run, string socket, VarlinkClient client)
    {
        Run = run;
        Socket = socket;
        Client = client;
    }

    public VmspawnRun Run { get; }

    public string Socket { get; }

    public VarlinkClient Client { get; }

    public static Task<ControlledVm> Start(Scratch scratch, QemuKind qemu, params IEnumerable<string> arguments) =>
        Of(scratch, VmspawnRun.Start(scratch, qemu, arguments));

    /// <summary>One that is running already.</summary>
    public static async Task<ControlledVm> Of(Scratch scratch, VmspawnRun run)
    {
        try
        {
            var socket = Path.Combine(scratch.RuntimeOf(scratch.Mark), "control");
            var end = DateTime.UtcNow + SocketBound;
            while (!File.Exists(socket) && DateTime.UtcNow < end)
                await Task.Delay(10);
            return new ControlledVm(run, socket, await VarlinkClient.ConnectAsync(socket, Patient));
        }
        catch (IOException error)
        {
            var ended = new Ended(-1, run.Output.Text, run.Error.Text);
            run.Dispose();
            throw new InvalidOperationException($"no control socket: {error.Message}\n{ended}", error);
        }
    }

    /// <summary>Another connection, for calls at the same time.</summary>
    public Task<VarlinkClient> Connect() => VarlinkClient.ConnectAsync(Socket, Patient);

    /// <summary>Calls a method; the answer's parameters.</summary>
    public Task<JsonElement> Call(string method, Action<Utf8JsonWriter>? parameters = null) => Call(Client, method, parameters);

    public static async Task<JsonElement> Call(VarlinkClient client, string method, Action<Utf8JsonWriter>? parameters = null)
    {
        using var reply = await client.CallAsync(method, parameters);
        return reply.Parameters.Clone();
    }

    /// <summary>Attaches a file by our own interface.</summary>
    public Task<JsonElement> Attach(string name, string type, string path, bool writable = true) =>
        Attach(Client, name, type, path, writable);

    public static async Task<JsonElement> Attach(VarlinkClient client, string name, string type, string path, bool writable = true)
    {
        using var file = OpenFile.Open(path, writable);
        using var reply = await client.CallAsync(
            Ours + "Attach",
            call =>
            {
                call.WriteNumber("fileDescriptorIndex"u8, 0);
                call.WriteString("name"u8, name);
                call.WriteString("config"u8, type);
                call.WriteString("path"u8, path);
            },
            [file]);
        return reply.Parameters.GetProperty("storage"u8).Clone();
    }

    public async Task<JsonElement> Replace(string name, string path, bool writable = true)
    {
        using var file = OpenFile.Open(path, writable);
        using var reply = await Client.CallAsync(
            Ours + "Replace",
            call =>
            {
                call.WriteNumber("fileDescriptorIndex"u8, 0);
                call.WriteString("name"u8, name);
            },
            [file]);
        return reply.Parameters.GetProperty("storage"u8).Clone();
    }

    public async Task<bool> Detach(string name, TimeSpan? patience = null)
    {
        var answer = await Call(Ours + "Detach", call =>
        {
            call.WriteString("name"u8, name);
            if (patience is { } bound)
                call.WriteNumber("timeoutUsec"u8, (long)bound.TotalMicroseconds);
        });
        return answer.GetProperty("done"u8).GetBoolean();
    }

    /// <summary>What the call fails with: the error's last name and its reason.</summary>
    public static async Task<(string Name, string Reason)> Failure(Task call)
    {
        var error = await Assert.ThrowsAsync<VarlinkErrorException>(() => call);
        var reason = error.Parameters.TryGetProperty("reason"u8, out var text) ? text.GetString()! : "";
        return (error.Name[(error.Name.LastIndexOf('.') + 1)..], reason);
    }

    /// <summary>The ports by state: how many of each.</summary>
    public async Task<Dictionary<string, int>> PortStates()
    {
        var answer = await Call(Ours + "ListPorts");
        return answer.GetProperty("ports"u8).EnumerateArray()
            .GroupBy(port => port.GetProperty("state"u8).GetString()!).ToDictionary(group => group.Key, group => group.Count());
    }

    /// <summary>QEMU's word for what the VM does.</summary>
    public async Task<string?> State() => (await Call(Instance + "Describe")).GetProperty("status"u8).GetString();

    /// <summary>The disk of that name as our own interface lists it.</summary>
    public async Task<JsonElement> Disk(string name) => Assert.Single(
        (await Call(Ours + "ListStorage")).GetProperty("storage"u8).EnumerateArray(),
        disk => disk.GetProperty("name"u8).GetString() == name);

    public async Task Terminate() => await Call(Instance + "Terminate");

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        Run.Dispose();
    }
}
