using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>Random access to bytes for parsers: a file, parts of one, or memory.</summary>
internal abstract class ByteSource
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Reads up to the buffer's length; 0 past the end.</summary>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="offset">0 or more.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>Reads exactly the buffer's length; false at the end of the source.</summary>
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

/// <summary>A contiguous range of bytes in a file.</summary>
/// <param name="Offset">Its start, in bytes.</param>
/// <param name="Length">Its length in bytes, more than 0.</param>
internal readonly record struct Extent(long Offset, long Length);

/// <summary>Bytes in memory.</summary>
internal sealed class ArrayBytes(byte[] bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override int Read(Span<byte> buffer, long offset)
    {
        if (offset >= bytes.Length)
            return 0;
        var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }
}

/// <summary>The bytes of an open file or block device, which the caller closes.</summary>
/// <param name="file">Open for reading.</param>
/// <param name="length">Its length; fstat(2) does not return the one of a block device.</param>
internal sealed class FileBytes(SafeFileHandle file, long length) : ByteSource
{
    public override long Length => length;

    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and var count)
            total += count;
        return total;
    }
}

/// <summary>Extents of another source, concatenated.</summary>
internal sealed class ExtentBytes : ByteSource
{
    private readonly ByteSource _source;

    /// <param name="source">The source of the extents.</param>
    /// <param name="extents">The extents, each within the source.</param>
    public ExtentBytes(ByteSource source, IReadOnlyList<Extent> extents)
    {
        _source = source;
        Extents = extents;
        Length = extents.Sum(extent => extent.Length);
    }

    /// <summary>The extents in the source.</summary>
    public IReadOnlyList<Extent> Extents { get; }

    public override long Length { get; }

    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        foreach (var extent in Extents)
        {
            if (offset >= extent.Length)
            {
                offset -= extent.Length;
                continue;
            }

            var wanted = (int)Math.Min(buffer.Length - total, extent.Length - offset);
            var count = _source.Read(buffer.Slice(total, wanted), extent.Offset + offset);
            total += count;
            if (count < wanted || total == buffer.Length)
                break;
            offset = 0;
        }

        return total;
    }

    /// <summary>The extents in the source of a part of these bytes.</summary>
    /// <param name="offset">Its start, 0 or more.</param>
    /// <param name="length">Its length; the part must be within.</param>
    public IReadOnlyList<Extent> Slice(long offset, long length)
    {
        var slice = new List<Extent>();
        foreach (var extent in Extents)
        {
            if (length == 0)
                break;
            if (offset >= extent.Length)
            {
                offset -= extent.Length;
                continue;
            }

            var count = Math.Min(length, extent.Length - offset);
            slice.Add(new Extent(extent.Offset + offset, count));
            length -= count;
            offset = 0;
        }

        return slice;
    }
}
