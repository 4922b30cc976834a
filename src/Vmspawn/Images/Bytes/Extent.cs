namespace Vmspawn.Images;

/// <summary>A run of bytes in a file.</summary>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">How many bytes, more than 0.</param>
public readonly record struct Extent(long Offset, long Length);
