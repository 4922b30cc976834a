namespace Vmspawn.Options;

/// <summary>The host directories to share with the guest.</summary>
public sealed record ShareRequests
{
    /// <summary><c>--bind=</c> and <c>--bind-ro=</c>, in the order given.</summary>
    public IReadOnlyList<BindMount> Binds { get; init; } = [];

    /// <summary><c>--private-users=</c>: the host ids to which the guest's ids in the tree of <c>-D</c> are mapped; null derives them from the tree's owner.</summary>
    public IdRange? PrivateUsers { get; init; }

    /// <summary>Host users to make available in the guest, with their home directories.</summary>
    public BindUserRequests Users { get; init; } = new();
}

/// <summary><c>--bind=SOURCE[:TARGET]</c> or <c>--bind-ro=SOURCE[:TARGET]</c>.</summary>
/// <param name="Source">A directory of the host.</param>
/// <param name="Target">Absolute path in the guest, or null for the same path as the source.</param>
/// <param name="ReadOnly">The guest may not write.</param>
public sealed record BindMount(string Source, string? Target, bool ReadOnly);

/// <summary><c>--private-users=UIDBASE[:NUIDS]</c>: the guest's user and group ids 0 to NUIDS - 1 are the host's from UIDBASE.</summary>
/// <param name="First">The host id of the guest's root.</param>
/// <param name="Count">The number of ids, 1 or more; the last one is at most 4294967294.</param>
public sealed record IdRange(uint First, uint Count)
{
    /// <summary>The default: covers all ids that distributions and systemd allocate.</summary>
    public const uint DefaultCount = 65536;
}

/// <summary>Host users to make available in the guest.</summary>
public sealed record BindUserRequests
{
    /// <summary><c>--bind-user=</c>, in the order given, without duplicates.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary><c>--bind-user-group=</c>: guest groups that they are members of.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>--bind-user-shell=PATH</c>: their login shell, or null.</summary>
    public string? Shell { get; init; }

    /// <summary><c>--bind-user-shell=yes</c>: they have the same login shell as on the host.</summary>
    public bool CopiesShell { get; init; }
}
