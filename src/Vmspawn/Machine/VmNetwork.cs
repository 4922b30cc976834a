using System.Net;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>How a network is made.</summary>
public sealed record VmNetworkOptions
{
    /// <summary>The IPv4 addresses of its machines, a prefix from /8 to /29; null chooses a /24 of 10.0.0.0/8 by the network's name.</summary>
    public IPNetwork? Subnet { get; init; }

    /// <summary>The runtime directory, which is also that of its machines.</summary>
    public RuntimeScope Scope { get; init; } = RuntimeScope.Auto;

    /// <summary>Reads the environment variables that name the runtime directory.</summary>
    public VmEnvironment Environment { get; init; } = VmEnvironment.OfProcess;

    /// <summary>Determines which frames are lost and how the delay varies, so that both can be repeated; null takes a random number.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The clock of delays and captures.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// A network between virtual machines of this user, which needs no privileges: a switch in this process, which gives its machines addresses by DHCP and resolves their names by DNS.
/// Machines of any process of the user join it by its name (<see cref="VmOptions.SwitchNetworks"/>). It ends when this object is disposed or this process ends; its machines run
/// on, with cards that have no link. All members may be used from any thread.
/// </summary>
public sealed class VmNetwork : IAsyncDisposable
{
    /// <summary>More than the machines that one host can run.</summary>
    private const int MostConnections = 1024;

    private readonly Switch _switch;
    private readonly NetworkFacts _facts;
    private readonly VarlinkServer _server;
    private readonly RuntimeDirectoryHandle _directory;
    private readonly VmNetworkOptions _options;
    private readonly TaskCompletionSource _removalAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    private VmNetwork(string name, VmNetworkOptions options, RuntimeDirectoryHandle directory)
    {
        _options = options;
        _directory = directory;
        _facts = new NetworkFacts(name, options.Subnet ?? NetworkFacts.DefaultSubnet(name));
        // A port whose socket fails has no frames any more, as one without a cable.
        _switch = new Switch(_facts, options.Seed ?? RandomNumber.Next(), options.Time, (_, _) => { });
        var service = new VarlinkService(
            new VarlinkIdentity("vmspawn", "vmspawn", typeof(VmNetwork).Assembly.GetName().Version!.ToString(3), "https://varlink.org/"),
            new NetworkService(_switch, _facts, options.Time, () => _removalAsked.TrySetResult()).Create());
        _server = VarlinkServer.Start(
            UnixListener.Bind(directory.PathOf(NetworkPlace.SocketName)),
            service,
            new VarlinkServerOptions { Connections = MostConnections, ConnectionsPerUser = MostConnections });
    }

    /// <summary>Its name, which is also the domain of its machines' names.</summary>
    public string Name => _facts.Name;

    /// <summary>The addresses of its machines; the first one is that of its DHCP and DNS server.</summary>
    public IPNetwork Subnet => _facts.Subnet;

    /// <summary>The machines in it, sorted by their addresses.</summary>
    public IReadOnlyList<VmNetworkMember> Members => _switch.Members;

    /// <summary>What happens to frames between machines.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The values make no sense.</exception>
    public VmNetworkQuality Quality
    {
        get => _switch.Quality;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _switch.Quality = value.WhyNot is { } why ? throw new ArgumentOutOfRangeException(nameof(value), why) : value;
        }
    }

    /// <summary>Completes when somebody wants it to end (<c>vmspawn network rm</c>); the owner then disposes it.</summary>
    public Task RemovalAsked => _removalAsked.Task;

    /// <summary>Makes a network.</summary>
    /// <param name="name">Its name, a valid machine name that no other network of this user has; null chooses one.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="VmNetworkException">It cannot be made.</exception>
    public static VmNetwork Create(string? name = null, VmNetworkOptions? options = null)
    {
        var how = options ?? new VmNetworkOptions();
        var chosen = name ?? $"net-{RandomNumber.Next():x16}";
        if (MachineNameText.Parse(chosen).Mistake is { } mistake)
            throw new VmNetworkException(mistake.About(chosen));
        if (how.Subnet is { } subnet && NetworkFacts.WhyNot(subnet) is { } why)
            throw new VmNetworkException(new Problem("network-subnet", chosen, $"{subnet} cannot be its subnet: {why}"));
        var problems = new List<Problem>();
        if (RuntimeBase.Choose(how.Scope, HostProbe.EffectiveUser, how.Environment.Variable, problems) is not { } place)
            throw new VmNetworkException(problems[0]);
        try
        {
            AbandonedRuns.Remove(place);
            var directory = RuntimeDirectoryHandle.Claim(place, NetworkPlace.DirectoryOf(chosen), problems)
                ?? throw new VmNetworkException(new Problem("network-exists", chosen, "a network of this name exists already", $"vmspawn network rm {chosen} removes it"));
            try
            {
                return new VmNetwork(chosen, how, directory);
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmNetworkException(new Problem("network-failed", chosen, $"the network cannot be made: {FailureReason.Of(error)}"), error);
        }
    }

    /// <summary>Drops frames between two machines until the result is disposed.</summary>
    /// <param name="one">The name of a machine, which need not have joined yet.</param>
    /// <param name="other">The name of another one.</param>
    public IDisposable Partition(string one, string other) => Partition([one], [other]);

    /// <summary>Drops frames between two groups of machines until the result is disposed.</summary>
    /// <param name="one">The names of machines, which need not have joined yet.</param>
    /// <param name="other">The names of others.</param>
    public IDisposable Partition(IEnumerable<string> one, IEnumerable<string> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return _switch.Separate(one, other);
    }

    /// <summary>Ends all partitions.</summary>
    public void Heal() => _switch.Heal();

    /// <summary>Writes all frames into a file, of mode 0600, until the result is disposed.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public VmNetworkCapture Capture(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = new FileStream(NewFile.OpenOrCreate(path), FileAccess.Write);
        file.SetLength(0);
        return new VmNetworkCapture(_switch.Tap, file, _options.Time);
    }

    /// <summary>Ends it, and returns when nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _server.DisposeAsync().ConfigureAwait(false);
        await _switch.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }
}
