using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Permissions and limits of a server.</summary>
public sealed record VarlinkServerOptions
{
    /// <summary>Limits of each connection.</summary>
    public VarlinkLimits Limits { get; init; } = new();

    /// <summary>
    /// Maximum number of connections; 512. At the limit a new one replaces the oldest that has never
    /// called anything; if all have, the new one is closed.
    /// </summary>
    public int Connections { get; init; } = 512;

    /// <summary>Maximum number of connections of one user, applied in the same way; 256.</summary>
    public int ConnectionsPerUser { get; init; } = 256;

    /// <summary>Maximum number of calls of one connection that are read ahead during a call; 64.</summary>
    public int QueuedCalls { get; init; } = 64;

    /// <summary>Maximum memory for unanswered calls of all peers together, in bytes; 256 MiB.</summary>
    public long ReceivedBytes { get; init; } = 256L << 20;

    /// <summary>Time limit for calls to end when the server is disposed; 5 s.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Who may call; by default root and the user that the server runs as.</summary>
    public Func<PeerCredentials, bool> Permits { get; init; } = PeerCheck.SameUserOrRoot;

    /// <summary>Called when a handler throws anything but <see cref="VarlinkErrorException"/>; must not throw.</summary>
    public Action<string, Exception>? HandlerFailed { get; init; }

    /// <summary>Called when connections cannot be accepted (EMFILE), once until one is accepted again; must not throw.</summary>
    public Action<Exception>? AcceptFailed { get; init; }

    /// <summary>Called after each call, answered or not; must not block or throw.</summary>
    public Action? CallEnded { get; init; }

    /// <summary>Called with the reason when a peer is disconnected because it violated the protocol or a limit; must not throw.</summary>
    public Action<PeerCredentials, VarlinkProtocolException>? Dropped { get; init; }
}

/// <summary>The default permission check.</summary>
internal static class PeerCheck
{
    public static bool SameUserOrRoot(PeerCredentials peer) => peer.UserId == 0 || peer.UserId == UserEntry.EffectiveUserId;
}
