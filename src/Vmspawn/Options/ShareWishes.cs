namespace Vmspawn.Options;

/// <summary>What of the host's directories the guest is to see.</summary>
public sealed record ShareWishes
{
    /// <summary><c>--bind=</c> and <c>--bind-ro=</c>, in the order given.</summary>
    public IReadOnlyList<BindMount> Binds { get; init; } = [];
}

/// <summary><c>--bind=SOURCE[:TARGET]</c> or <c>--bind-ro=SOURCE[:TARGET]</c>.</summary>
/// <param name="Source">A directory of the host.</param>
/// <param name="Target">Absolute path in the guest, or null for that of the source.</param>
/// <param name="ReadOnly">The guest may not write.</param>
public sealed record BindMount(string Source, string? Target, bool ReadOnly);
