namespace Vmspawn.Shares;

/// <summary>A user of the host, as much of it as a guest is told.</summary>
internal sealed record HostUser
{
    public required string Name { get; init; }
    public required uint UserId { get; init; }
    public required uint GroupId { get; init; }
    public required string Home { get; init; }

    /// <summary>Login shell, or null where the host does not say.</summary>
    public string? Shell { get; init; }

    /// <summary>What sort of user it is, in systemd's words; null where the host does not say.</summary>
    public string? Disposition { get; init; }

    /// <summary>Secret.</summary>
    public IReadOnlyList<string> HashedPasswords { get; init; } = [];

    public IReadOnlyList<string> SshKeys { get; init; } = [];
}
