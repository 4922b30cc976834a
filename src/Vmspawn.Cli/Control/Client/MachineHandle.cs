using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Client;

/// <summary>A connection to a machine that runs and answers.</summary>
internal sealed class MachineHandle : IAsyncDisposable
{
    /// <summary>What every machine's server has, systemd-vmspawn's too.</summary>
    public const string Instance = "io.systemd.MachineInstance";

    /// <summary>What only ours has.</summary>
    public const string Ours = "org.vmspawn.Machine";

    private readonly HashSet<string> _interfaces = [];

    private MachineHandle(MachineEntry entry, VarlinkClient client)
    {
        Entry = entry;
        Client = client;
    }

    public MachineEntry Entry { get; }

    public string Name => Entry.Name;

    public VarlinkClient Client { get; }

    /// <summary>Who serves, such as <c>systemd-vmspawn 262</c>.</summary>
    public string Server { get; private set; } = "";

    /// <summary>The process that serves.</summary>
    public int Process => Client.Peer.ProcessId;

    /// <summary>Whether the server is of our own kind and can say more than systemd's interfaces.</summary>
    public bool IsOurs => Has(Ours);

    public bool Has(string name) => _interfaces.Contains(name);

    /// <summary>Connects, and asks who is there.</summary>
    /// <param name="entry">The machine.</param>
    /// <param name="uid">Our effective user.</param>
    /// <param name="silence">How long it may say nothing to that.</param>
    /// <param name="callTime">How long the calls to come may take.</param>
    /// <returns>Null when no such machine runs.</returns>
    /// <exception cref="MachineException">It does not answer, or is another user's.</exception>
    public static async Task<MachineHandle?> TryOpenAsync(MachineEntry entry, uint uid, TimeSpan silence, TimeSpan callTime)
    {
        using var limit = new CancellationTokenSource(silence);
        VarlinkClient client;
        try
        {
            client = await VarlinkClient.ConnectAsync(entry.Socket, new VarlinkClientOptions { CallTime = callTime }, limit.Token);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR)
        {
            return null;
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return Owner(entry) is { } owner ? throw new MachineException(MachineErrors.Foreign(entry.Name, owner)) : null;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            throw new MachineException(MachineErrors.Silent(entry.Name, $"within {silence.TotalSeconds:0.#} s"));
        }

        var machine = new MachineHandle(entry, client);
        try
        {
            await machine.MeetAsync(uid, silence, limit.Token);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="VarlinkClient.CallAsync"/>
    public Task<VarlinkReply> CallAsync(
        string method, Action<Utf8JsonWriter>? parameters = null, IReadOnlyList<SafeHandle>? descriptors = null, CancellationToken cancellation = default) =>
        Client.CallAsync(method, parameters, descriptors, cancellation);

    /// <summary>Makes sure that QEMU answers too, before a call that may take long for a good reason.</summary>
    /// <exception cref="MachineException">It says nothing.</exception>
    public async Task AskForLifeAsync(TimeSpan silence)
    {
        using var limit = new CancellationTokenSource(silence);
        try
        {
            using var reply = await CallAsync($"{Instance}.Describe", cancellation: limit.Token);
        }
        catch (OperationCanceledException)
        {
            await DisposeAsync();
            throw new MachineException(MachineErrors.Hung(Name, $"within {silence.TotalSeconds:0.#} s"));
        }
    }

    /// <summary>Refuses what only a server of our kind can do.</summary>
    /// <exception cref="MachineException">It has not got the interface.</exception>
    public void Require(string name, string what)
    {
        if (!Has(name))
            throw new MachineException("not-offered", Name, $"its server, {Server}, {what}");
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    // What is handed over, such as a file of ours, is for the machine's owner and root alone.
    private async Task MeetAsync(uint uid, TimeSpan silence, CancellationToken limit)
    {
        if (uid != 0 && Client.Peer.UserId is var peer && peer != 0 && peer != uid)
            throw new MachineException(MachineErrors.Foreign(Name, peer));
        try
        {
            using var reply = await CallAsync("org.varlink.service.GetInfo", cancellation: limit);
            Server = $"{Text(reply, "product")} {Text(reply, "version")}".Trim();
            if (reply.Parameters.TryGetProperty("interfaces"u8, out var names) && names.ValueKind == JsonValueKind.Array)
            {
                foreach (var name in names.EnumerateArray())
                    _interfaces.Add(name.ToString());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            throw new MachineException(MachineErrors.Silent(Name, $"within {silence.TotalSeconds:0.#} s", Process));
        }
    }

    private static string? Text(VarlinkReply reply, string name) =>
        reply.Parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Null when even that cannot be seen: then we do not know that there is such a machine.
    private static uint? Owner(MachineEntry entry)
    {
        try
        {
            using var directory = OpenFile.Directory(entry.Directory);
            return FileFacts.Of(directory).UserId;
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
