namespace Vmspawn.Options;

/// <summary>Users of the host that the guest is to know.</summary>
public sealed record BindUserWishes
{
    /// <summary><c>--bind-user=</c>, in the order given, each once.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary><c>--bind-user-group=</c>: groups of the guest that they are members of.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>--bind-user-shell=PATH</c>: their login shell, or null.</summary>
    public string? Shell { get; init; }

    /// <summary><c>--bind-user-shell=yes</c>: their login shell is the one that they have on the host.</summary>
    public bool CopiesShell { get; init; }
}
