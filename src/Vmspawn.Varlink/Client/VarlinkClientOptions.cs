namespace Vmspawn.Varlink;

/// <summary>The limits of a client.</summary>
public sealed record VarlinkClientOptions
{
    /// <summary>Limits for the service's messages.</summary>
    public VarlinkLimits Limits { get; init; } = new();

    /// <summary>
    /// Time limit for connecting and for the reply of a call; 30 s. Replies of a call with <c>more</c> have
    /// none.
    /// </summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(30);
}
