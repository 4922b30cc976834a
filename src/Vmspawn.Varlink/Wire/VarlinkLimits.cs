namespace Vmspawn.Varlink;

/// <summary>How much one peer may ask of us. A peer that goes beyond is disconnected.</summary>
public sealed record VarlinkLimits
{
    /// <summary>Longest message, in bytes with the ending NUL; 16 MiB.</summary>
    public int MessageBytes { get; init; } = 16 << 20;

    /// <summary>How deep arrays and objects of a message may be nested; 64.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Most descriptors that may come with one message, 0 to 253; 16.</summary>
    public int Descriptors { get; init; } = 16;

    /// <summary>How long a message may take from its first byte to its last; 30 s.</summary>
    public TimeSpan ReceiveTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the peer may take to accept one message of ours; 10 s.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromSeconds(10);
}
