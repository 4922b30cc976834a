using Microsoft.Win32.SafeHandles;

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

/// <summary>A run of bytes in a file.</summary>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">How many bytes, more than 0.</param>
public readonly record struct Extent(long Offset, long Length);

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

/// <summary>The bytes of an open file or block device, which stays the caller's.</summary>
/// <param name="file">Open for reading.</param>
/// <param name="length">Its length, which a block device does not tell by itself.</param>
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

/// <summary>Runs of another source, one behind the other.</summary>
internal sealed class ExtentBytes : ByteSource
{
    private readonly ByteSource _source;

    /// <param name="source">What they are runs of.</param>
    /// <param name="extents">The runs, each within the source.</param>
    public ExtentBytes(ByteSource source, IReadOnlyList<Extent> extents)
    {
        _source = source;
        Extents = extents;
        Length = extents.Sum(extent => extent.Length);
    }

    /// <summary>Where they are in the source.</summary>
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

    /// <summary>Where a part of these bytes is in the source.</summary>
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
