namespace Vmspawn.Varlink;

/// <summary>The limits for one peer. A peer that exceeds one is disconnected.</summary>
public sealed record VarlinkLimits
{
    /// <summary>Maximum length of a message in bytes, including the NUL; 16 MiB.</summary>
    public int MessageBytes { get; init; } = 16 << 20;

    /// <summary>Maximum nesting of arrays and objects; 64.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Maximum number of descriptors of one message, 0 to 253; 16.</summary>
    public int Descriptors { get; init; } = 16;

    /// <summary>Time limit for receiving a message, from its first byte to its last; 30 s.</summary>
    public TimeSpan ReceiveTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limit for sending one message; 10 s.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromSeconds(10);
}
