using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Client;

/// <summary>A connection to a running machine.</summary>
internal sealed class MachineHandle : IAsyncDisposable
{
    /// <summary>The interface of every machine's server, including systemd-vmspawn's.</summary>
    public const string Instance = "io.systemd.MachineInstance";

    /// <summary>The interface of vmspawn's servers only.</summary>
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

    /// <summary>The server's product, such as <c>systemd-vmspawn 262</c>.</summary>
    public string Server { get; private set; } = "";

    /// <summary>The server's process.</summary>
    public int Process => Client.Peer.ProcessId;

    /// <summary>Whether the server is vmspawn's and has more than systemd's interfaces.</summary>
    public bool IsOurs => Has(Ours);

    public bool Has(string name) => _interfaces.Contains(name);

    /// <summary>Connects, and queries the server's identity.</summary>
    /// <param name="entry">The machine.</param>
    /// <param name="uid">The effective user.</param>
    /// <param name="silence">The time limit for that.</param>
    /// <param name="callTime">The time limit of later calls.</param>
    /// <returns>Null when no such machine runs.</returns>
    /// <exception cref="MachineException">It does not answer, or belongs to another user.</exception>
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

    /// <summary>Checks that QEMU answers, before a call that may legitimately take long.</summary>
    /// <exception cref="MachineException">It does not answer.</exception>
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

    /// <summary>Refuses an operation that only vmspawn's servers support.</summary>
    /// <exception cref="MachineException">The server lacks the interface.</exception>
    public void Require(string name, string what)
    {
        if (!Has(name))
            throw new MachineException("not-offered", Name, $"its server, {Server}, {what}");
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    // Files may only be passed to servers of this user or root.
    private async Task MeetAsync(uint uid, TimeSpan silence, CancellationToken limit)
    {
        if (uid != 0 && Client.Peer.UserId is var peer && peer != 0 && peer != uid)
            throw new MachineException(MachineErrors.Foreign(Name, peer));
        try
        {
            using var reply = await CallAsync("org.varlink.service.GetInfo", cancellation: limit);
            Server = $"{reply.Parameters.Text("product")} {reply.Parameters.Text("version")}".Trim();
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

    // Null when the directory cannot be examined: then the machine may not exist.
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
