using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>A control socket with scripted answers, served by the real Varlink server.</summary>
internal sealed class ScriptedMachine : IAsyncDisposable
{
    public const string Ours = "org.vmspawn.Machine";
    public const string Instance = "io.systemd.MachineInstance";
    public const string Monitor = "io.systemd.QemuMachineInstance";

    // The contract of the control socket, as its clients rely on it.
    private const string OursText = """
        interface org.vmspawn.Machine
        type Storage (name: string, type: string, driver: string, readOnly: bool, size: int, serial: string, port: ?string, guest: ?string, path: ?string, root: bool, removable: bool, state: (attached, attaching, detaching))
        type Port (id: string, spare: bool, guest: string, bus: ?int, slot: int, owner: ?string, state: (free, taken, reserved, detaching))
        method Status() -> (name: string, pid: int, qemuPid: int, qemuVersion: string, state: string, running: bool, accelerator: string, cpus: int, memory: int, startedUsec: int, image: ?string, runtimeDirectory: string, layout: string, ready: ?bool, guestStatus: ?string, sshAddress: ?string, sshPort: ?int, sshPrivateKeyPath: ?string)
        method ListStorage() -> (storage: []Storage)
        method ListPorts() -> (ports: []Port)
        method Attach(fileDescriptorIndex: int, name: string, config: ?string, readOnly: ?bool, path: ?string, format: ?string) -> (storage: Storage)
        method Detach(name: string, wait: ?bool, timeoutUsec: ?int) -> (done: bool)
        method Replace(fileDescriptorIndex: int, name: string, path: ?string, format: ?string) -> (storage: Storage)
        method Restart(fileDescriptorIndex: int, force: ?bool) -> ()
        error NoRestart(reason: string)
        error NoSuchStorage(name: string, reason: string)
        error StorageExists(name: string, reason: string)
        error NoFreePort(reason: string, ports: []Port)
        error TimedOut(name: string, reason: string)
        """;

    private const string MonitorText = """
        interface io.systemd.QemuMachineInstance
        # [Requires 'upgrade' flag]
        method AcquireQMP() -> ()
        error AlreadyAcquired()
        """;

    private const string InstanceText = """
        interface io.systemd.MachineInstance
        method Terminate() -> ()
        method PowerOff() -> ()
        method Reboot() -> ()
        method Pause() -> ()
        method Resume() -> ()
        method Describe() -> (running: bool, status: string)
        # [Requires 'more' flag]
        method SubscribeEvents(filter: ?[]string) -> (event: string, data: ?object)
        method AddStorage(fileDescriptorIndex: int, name: string, config: ?string) -> ()
        method RemoveStorage(name: string) -> ()
        method ReplaceStorage(fileDescriptorIndex: int, name: string) -> ()
        error NotConnected()
        error NotSupported()
        error NoSuchStorage()
        error StorageExists()
        error StorageImmutable()
        error BadConfig()
        error ConfigNotSupported()
        """;

    private readonly VarlinkServer _server;

    private ScriptedMachine(VarlinkServer server) => _server = server;

    /// <summary>What was called, as method and parameters; but not whether it lives, which is asked before much else.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Starts to serve.</summary>
    /// <param name="place">The directory of all machines.</param>
    /// <param name="name">This one's name.</param>
    /// <param name="isOurs">Whether it has our interface, or is like systemd-vmspawn's.</param>
    /// <param name="replies">For a full method name, how it answers; the others answer with nothing, or our own facts.</param>
    public static ScriptedMachine Start(string place, string name, bool isOurs = true, params (string Method, VarlinkHandler Answer)[] replies)
    {
        var directory = Directory.CreateDirectory(Path.Combine(place, name)).FullName;
        ScriptedMachine? machine = null;
        VarlinkImplementation Implement(string text)
        {
            var face = VarlinkInterface.Parse(text);
            var implementation = new VarlinkImplementation(face);
            foreach (var method in face.Methods)
            {
                var answer = replies.FirstOrDefault(reply => reply.Method == $"{face.Name}.{method.Name}").Answer ?? Machines.Default(name, $"{face.Name}.{method.Name}");
                implementation.On(method.Name, call =>
                {
                    lock (machine!.Calls)
                    {
                        if (method.Name != "Describe")
                            machine.Calls.Add($"{method.Name} {call.Parameters.GetRawText()}");
                    }

                    return answer(call);
                });
            }

            return implementation;
        }

        var identity = isOurs ? new VarlinkIdentity("vmspawn", "vmspawn", "0.1.0", "") : new VarlinkIdentity("systemd", "systemd-vmspawn", "262.1", "");
        var service = isOurs
            ? new VarlinkService(identity, Implement(OursText), Implement(InstanceText), Implement(MonitorText))
            : new VarlinkService(identity, Implement(InstanceText));
        // The listener may be connected to as soon as it is bound.
        var listener = UnixListener.Bind(Path.Combine(directory, "control"));
        machine = new ScriptedMachine(VarlinkServer.Start(listener, service));
        return machine;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Answers with parameters given as JSON.</summary>
    public static VarlinkHandler Reply(string json) => call => call.ReplyAsync(writer =>
    {
        foreach (var member in JsonElement.Parse(json).EnumerateObject())
            member.WriteTo(writer);
    });

    /// <summary>Answers with an error.</summary>
    public static VarlinkHandler Refuse(string error, string json = "{}") => _ => throw new VarlinkErrorException(error, writer =>
    {
        foreach (var member in JsonElement.Parse(json).EnumerateObject())
            member.WriteTo(writer);
    });

    /// <summary>Does not answer until the caller goes.</summary>
    public static async ValueTask Hang(VarlinkCall call) => await Task.Delay(Timeout.Infinite, call.Cancellation);
}
