namespace Vmspawn.Images;

/// <summary>Bytes that parsers look at by their offset: a file, parts of one, or memory.</summary>
internal abstract class ByteSource
{
    /// <summary>How many there are.</summary>
    public abstract long Length { get; }

    /// <summary>Reads as much as fits and is there; 0 past the end.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">0 or more.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>Whether all of the buffer could be filled.</summary>
    public bool TryFill(Span<byte> buffer, long offset) => Read(buffer, offset) == buffer.Length;

    /// <summary>All bytes, at most <paramref name="limit"/>; null when there are more.</summary>
    public byte[]? ReadAll(int limit)
    {
        if (Length > limit)
            return null;
        var bytes = new byte[Length];
        return bytes[..Read(bytes, 0)];
    }
}
