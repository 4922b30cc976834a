using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Control.Service;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>A connection to the control socket of a machine, whose failures are <see cref="RunningMachineException"/>.</summary>
internal sealed class MachineConnection : IAsyncDisposable
{
    /// <summary>Each call has its own time limit.</summary>
    private static readonly VarlinkClientOptions NoLimit = new() { CallTime = Timeout.InfiniteTimeSpan };

    private readonly HashSet<string> _interfaces = [];
    private readonly VarlinkClient _client;

    private MachineConnection(MachineEntry entry, VarlinkClient client, TimeSpan answerTime) =>
        (Entry, _client, AnswerTime) = (entry, client, answerTime);

    public MachineEntry Entry { get; }

    public TimeSpan AnswerTime { get; }

    public string Name => Entry.Name;

    /// <summary>The server's product and version, such as <c>systemd-vmspawn 262</c>.</summary>
    public string Server { get; private set; } = "";

    /// <summary>The server's process.</summary>
    public int Process => _client.Peer.ProcessId;

    /// <summary>Whether the server is vmspawn's and has more than systemd's interfaces.</summary>
    public bool IsOurs => _interfaces.Contains(ControlInterfaces.Ours);

    /// <summary>Connects, and queries the server's identity.</summary>
    /// <returns>Null when no such machine runs.</returns>
    /// <exception cref="RunningMachineException">It does not answer, or belongs to another user.</exception>
    public static async Task<MachineConnection?> TryOpenAsync(MachineEntry entry, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(answerTime);
        VarlinkClient client;
        try
        {
            client = await VarlinkClient.ConnectAsync(entry.Socket, NoLimit, limit.Token).ConfigureAwait(false);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR)
        {
            return null;
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return Owner(entry) is { } owner ? throw RunningMachineErrors.Foreign(entry.Name, owner) : null;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw RunningMachineErrors.Silent(entry.Name, Within(answerTime), cause: e);
        }

        var machine = new MachineConnection(entry, client, answerTime);
        try
        {
            await machine.MeetAsync(limit.Token, cancellationToken).ConfigureAwait(false);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Calls a method.</summary>
    /// <param name="method">Its full name.</param>
    /// <param name="parameters">Writes its parameters, or null for none.</param>
    /// <param name="descriptors">Sent with the call; the caller keeps them.</param>
    /// <param name="limit">The time limit; null for that of an answer.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <exception cref="RunningMachineException">It failed or was refused.</exception>
    public Task<VarlinkReply> CallAsync(
        string method,
        Action<Utf8JsonWriter>? parameters = null,
        IReadOnlyList<SafeHandle>? descriptors = null,
        TimeSpan? limit = null,
        CancellationToken cancellationToken = default) =>
        WithinAsync(limit ?? AnswerTime, token => _client.CallAsync(method, parameters, descriptors, token), cancellationToken);

    /// <summary>Calls a method without results.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async Task RunAsync(string method, CancellationToken cancellationToken)
    {
        using var reply = await CallAsync(method, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls a method for any number of replies, each of which must be disposed; only the first has a time limit, and failures are those of Varlink.</summary>
    public IAsyncEnumerable<VarlinkReply> CallMoreAsync(
        string method, Action<Utf8JsonWriter> parameters, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellationToken) =>
        _client.CallMoreAsync(method, parameters, descriptors, cancellationToken);

    /// <summary>Upgrades the connection to another protocol, after which no call can be made.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public Task<UpgradedConnection> UpgradeAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken) =>
        WithinAsync(AnswerTime, token => _client.UpgradeAsync(method, parameters, null, token), cancellationToken);

    /// <summary>Checks that QEMU answers, before a call that may take long although nothing is wrong.</summary>
    /// <exception cref="RunningMachineException">It does not answer.</exception>
    public async Task AskForLifeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync($"{ControlInterfaces.Instance}.Describe", cancellationToken).ConfigureAwait(false);
        }
        catch (RunningMachineException e) when (e.Failure == RunningMachineFailure.NotAnswering)
        {
            throw RunningMachineErrors.Hung(Name, Within(AnswerTime));
        }
    }

    /// <summary>Refuses an operation that only servers with an interface support.</summary>
    /// <exception cref="RunningMachineException">The server lacks it.</exception>
    public void Require(string name, string lack)
    {
        if (!_interfaces.Contains(name))
            throw RunningMachineErrors.Lacks(Name, Server, lack);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static string Within(TimeSpan limit) => $"within {limit.TotalSeconds:0.#} s";

    private async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            return await call(timer.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && RunningMachineErrors.Of(Name, e) is not null)
        {
            throw RunningMachineErrors.Of(Name, e)!;
        }
    }

    // Files may only be passed to servers of this user or root.
    private async Task MeetAsync(CancellationToken limit, CancellationToken cancellationToken)
    {
        var uid = HostProbe.EffectiveUser;
        if (uid != 0 && _client.Peer.UserId is var peer && peer != 0 && peer != uid)
            throw RunningMachineErrors.Foreign(Name, peer);
        try
        {
            using var reply = await _client.CallAsync("org.varlink.service.GetInfo", null, null, limit).ConfigureAwait(false);
            Server = $"{reply.Parameters.Text("product")} {reply.Parameters.Text("version")}".Trim();
            _interfaces.UnionWith(reply.Parameters.Texts("interfaces"));
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw RunningMachineErrors.Silent(Name, Within(AnswerTime), Process, e);
        }
        catch (Exception e) when (e is not OperationCanceledException && RunningMachineErrors.Of(Name, e) is not null)
        {
            throw RunningMachineErrors.Of(Name, e)!;
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
