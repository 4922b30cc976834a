namespace Vmspawn.Options;

/// <summary>How a snapshot's memory is compressed.</summary>
public enum MemoryCompression
{
    /// <summary>Not at all; pages of zeros take no space in any case.</summary>
    None,

    /// <summary>By zstd(1).</summary>
    Zstd,
}
