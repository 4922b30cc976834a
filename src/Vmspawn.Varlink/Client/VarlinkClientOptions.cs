namespace Vmspawn.Varlink;

/// <summary>How long a client waits and how much it takes.</summary>
public sealed record VarlinkClientOptions
{
    /// <summary>Limits of what the service sends. A message from it may pause as long as it likes between calls.</summary>
    public VarlinkLimits Limits { get; init; } = new();

    /// <summary>
    /// How long connecting, and the reply of a call, may take; 30 s. Replies of a call with <c>more</c> come when they
    /// come.
    /// </summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(30);
}
