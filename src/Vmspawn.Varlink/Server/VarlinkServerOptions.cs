using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Whom a server serves, and how much each may ask of it.</summary>
public sealed record VarlinkServerOptions
{
    /// <summary>Limits of each connection.</summary>
    public VarlinkLimits Limits { get; init; } = new();

    /// <summary>
    /// Most connections at once; 512. When there are so many, a new one takes the place of the oldest that has never
    /// called anything; when all have, it is closed.
    /// </summary>
    public int Connections { get; init; } = 512;

    /// <summary>Most connections of one user at once, in the same way; 256.</summary>
    public int ConnectionsPerUser { get; init; } = 256;

    /// <summary>Calls of one connection that are read ahead while another is being answered; 64.</summary>
    public int QueuedCalls { get; init; } = 64;

    /// <summary>Memory for what all peers together have sent and we not yet answered, in bytes; 256 MiB.</summary>
    public long ReceivedBytes { get; init; } = 256L << 20;

    /// <summary>How long calls may take to end when the server is disposed; 5 s.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Who may call; by default root and the user that the server runs as.</summary>
    public Func<PeerCredentials, bool> Permits { get; init; } = PeerCheck.SameUserOrRoot;

    /// <summary>Told of a handler that failed by anything but <see cref="VarlinkErrorException"/>; must not throw.</summary>
    public Action<string, Exception>? HandlerFailed { get; init; }

    /// <summary>Told when connections cannot be accepted (EMFILE), once until one is accepted again; must not throw.</summary>
    public Action<Exception>? AcceptFailed { get; init; }

    /// <summary>Told of each call that is over, answered or not; must not wait or throw.</summary>
    public Action? CallEnded { get; init; }

    /// <summary>Told why a peer that broke the protocol or a limit was disconnected; must not throw.</summary>
    public Action<PeerCredentials, VarlinkProtocolException>? Dropped { get; init; }
}
