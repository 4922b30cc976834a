namespace Vmspawn.Options;

/// <summary>What of the host's directories the guest is to see, and how.</summary>
public sealed record ShareWishes
{
    /// <summary><c>--bind=</c> and <c>--bind-ro=</c>, in the order given.</summary>
    public IReadOnlyList<BindMount> Binds { get; init; } = [];

    /// <summary><c>--private-users=</c>: which ids of the host those of the tree of <c>-D</c> are; null takes its owner's.</summary>
    public IdRange? PrivateUsers { get; init; }

    /// <summary>Users of the host that the guest is to know, with their home directories.</summary>
    public BindUserWishes Users { get; init; } = new();
}

/// <summary><c>--bind=SOURCE[:TARGET]</c> or <c>--bind-ro=SOURCE[:TARGET]</c>.</summary>
/// <param name="Source">A directory of the host.</param>
/// <param name="Target">Absolute path in the guest, or null for that of the source.</param>
/// <param name="ReadOnly">The guest may not write.</param>
public sealed record BindMount(string Source, string? Target, bool ReadOnly);

/// <summary><c>--private-users=UIDBASE[:NUIDS]</c>: the guest's user and group ids 0 to NUIDS - 1 are the host's from UIDBASE.</summary>
/// <param name="First">The host's id of the guest's root.</param>
/// <param name="Count">How many, 1 or more; the last one is at most 4294967294.</param>
public sealed record IdRange(uint First, uint Count)
{
    /// <summary>What is mapped unless it is said otherwise: all ids that distributions and systemd give out.</summary>
    public const uint DefaultCount = 65536;
}
