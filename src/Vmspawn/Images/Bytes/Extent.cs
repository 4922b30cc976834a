namespace Vmspawn.Images;

/// <summary>A run of bytes in a file.</summary>
/// <param name="Offset">Where it starts.</param>
/// <param name="Length">How many, more than 0.</param>
internal readonly record struct Extent(long Offset, long Length);
