using System.Globalization;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Varlink;

namespace Vmspawn.Registration;

/// <summary>A Varlink connection to systemd-machined, by which a machine is registered.</summary>
internal sealed class MachinedClient : IAsyncDisposable
{
    private const string Interface = "io.systemd.Machine";

    /// <summary>Time limit of a call, longer than socket activation of machined takes.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>Time limit at the end: machined also detects the leader's exit.</summary>
    private static readonly TimeSpan FarewellBound = TimeSpan.FromSeconds(1);

    /// <summary>The first version of systemd whose machined takes the registering process as supervisor.</summary>
    private const int FirstWithSupervisors = 262;

    /// <summary>Fields of later systemd versions; an older one refuses them by name.</summary>
    private static readonly string[] Droppable = ["controlAddress", "allocateUnit", "vSockCid", "sshAddress", "sshPrivateKeyPath"];

    private readonly VarlinkClient _client;
    private readonly string _name;

    private MachinedClient(VarlinkClient client, string name)
    {
        _client = client;
        _name = name;
    }

    /// <summary>Registers a machine.</summary>
    /// <param name="socket">Path of machined's socket.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellation">Cancels the registration.</param>
    /// <exception cref="VarlinkErrorException">machined refuses.</exception>
    /// <exception cref="Linux.LinuxException">The socket cannot be connected to.</exception>
    /// <exception cref="VarlinkDisconnectedException">machined disconnected.</exception>
    /// <exception cref="TimeoutException">machined does not answer.</exception>
    public static async Task<MachinedClient> RegisterAsync(string socket, MachineRecord machine, CancellationToken cancellation)
    {
        var client = await VarlinkClient.ConnectAsync(socket, new VarlinkClientOptions { CallTime = Bound }, cancellation).ConfigureAwait(false);
        try
        {
            var leader = await VersionAsync(client, cancellation).ConfigureAwait(false) >= FirstWithSupervisors ? machine.Guest : machine.Supervisor;
            var without = new List<string>();
            while (await TryAsync(client, machine, leader, without, cancellation).ConfigureAwait(false) is { } unknown)
                without.Add(unknown);
            return new MachinedClient(client, machine.Name);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Unregisters the machine.</summary>
    public async ValueTask DisposeAsync()
    {
        using var enough = new CancellationTokenSource(FarewellBound);
        try
        {
            using var reply = await _client.CallAsync(
                $"{Interface}.Unregister", writer => writer.WriteString("name"u8, _name), cancellationToken: enough.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VarlinkErrorException or VarlinkDisconnectedException or TimeoutException or OperationCanceledException)
        {
            // machined unregisters a machine whose leader has exited, which happens next.
        }

        await _client.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Its version; 0 when it does not say.</summary>
    private static async Task<int> VersionAsync(VarlinkClient client, CancellationToken cancellation)
    {
        try
        {
            using var reply = await client.CallAsync("org.varlink.service.GetInfo", cancellationToken: cancellation).ConfigureAwait(false);
            var version = reply.Parameters.TryGetProperty("version"u8, out var given) ? given.GetString() ?? "" : "";
            return int.TryParse(string.Concat(version.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (VarlinkErrorException)
        {
            return 0;
        }
    }

    /// <summary>One attempt; returns the field that this machined does not know, or null.</summary>
    private static async Task<string?> TryAsync(
        VarlinkClient client, MachineRecord machine, int leader, List<string> without, CancellationToken cancellation)
    {
        try
        {
            using var reply = await client.CallAsync(
                $"{Interface}.Register", writer => Write(writer, machine, leader, without), cancellationToken: cancellation).ConfigureAwait(false);
            return null;
        }
        catch (VarlinkErrorException refusal) when (refusal.Name == "org.varlink.service.InvalidParameter")
        {
            if (refusal.Parameters.Text("parameter") is { } field && Droppable.Contains(field) && !without.Contains(field))
                return field;
            throw;
        }
    }

    private static void Write(Utf8JsonWriter writer, MachineRecord machine, int leader, List<string> without)
    {
        writer.WriteString("name"u8, machine.Name);
        if (machine.Id is { } id)
            writer.WriteString("id"u8, id.ToString("N"));
        writer.WriteString("service"u8, "vmspawn"u8);
        writer.WriteString("class"u8, "vm"u8);
        writer.WriteNumber("leader"u8, leader);
        if (machine.VsockCid is { } cid && !without.Contains("vSockCid"))
            writer.WriteNumber("vSockCid"u8, cid);
        if (machine.SshAddress is { } address && !without.Contains("sshAddress"))
            writer.WriteString("sshAddress"u8, address);
        if (machine.SshPrivateKeyPath is { } key && !without.Contains("sshPrivateKeyPath"))
            writer.WriteString("sshPrivateKeyPath"u8, key);
        if (!without.Contains("controlAddress"))
            writer.WriteString("controlAddress"u8, machine.ControlAddress);
        if (machine.AllocateUnit && !without.Contains("allocateUnit"))
            writer.WriteBoolean("allocateUnit"u8, true);
    }
}
