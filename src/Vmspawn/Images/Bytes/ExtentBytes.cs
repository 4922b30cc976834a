namespace Vmspawn.Images;

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
