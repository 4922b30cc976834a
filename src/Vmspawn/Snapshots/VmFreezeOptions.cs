using Vmspawn.Options;

namespace Vmspawn;

/// <summary>How a machine is frozen.</summary>
public sealed record VmFreezeOptions
{
    /// <summary>Whether the machine goes on afterwards. It must not write to any disk's image then: all of them have throw-away overlays, or are read-only.</summary>
    public bool Keep { get; init; }

    /// <summary>How the memory is compressed.</summary>
    public MemoryCompression Compression { get; init; } = MemoryCompression.None;
}
