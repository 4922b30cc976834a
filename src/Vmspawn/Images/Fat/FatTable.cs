using System.Buffers.Binary;

namespace Vmspawn.Images.Fat;

/// <summary>The allocation table, which links the clusters of each file.</summary>
internal sealed class FatTable(ByteSource volume, FatLayout layout)
{
    private const int PageSize = 4096;

    private readonly byte[] _page = new byte[PageSize];
    private long _pageAt = -1;

    /// <summary>The extents of a cluster chain.</summary>
    /// <param name="first">The first cluster.</param>
    /// <param name="most">The number of bytes after which to stop.</param>
    /// <exception cref="FatException">The chain leaves the volume or is cyclic.</exception>
    public List<Extent> Chain(uint first, long most)
    {
        var runs = new List<Extent>();
        var length = 0L;
        for (var cluster = first; length < most && !IsEnd(cluster); cluster = Next(cluster))
        {
            if (cluster < 2 || cluster - 2 >= layout.ClusterCount)
                throw new FatException($"a file has cluster {cluster}, which does not exist");
            if (length / layout.ClusterSize > layout.ClusterCount)
                throw new FatException("the clusters of a file go in circles");
            length += layout.ClusterSize;
            Append(runs, layout.DataAt + ((long)(cluster - 2) * layout.ClusterSize));
        }

        return runs;
    }

    private void Append(List<Extent> runs, long at)
    {
        if (runs is [.., var last] && last.Offset + last.Length == at)
            runs[^1] = last with { Length = last.Length + layout.ClusterSize };
        else
            runs.Add(new Extent(at, layout.ClusterSize));
    }

    private bool IsEnd(uint cluster) => cluster >= (layout.EntryBits switch { 12 => 0xff8u, 16 => 0xfff8u, _ => 0x0ffffff8u });

    private uint Next(uint cluster)
    {
        if (layout.EntryBits == 12)
        {
            var pair = Entry(cluster + (cluster / 2), sizeof(ushort));
            return (cluster & 1) == 0 ? pair & 0xfff : pair >> 4;
        }

        return layout.EntryBits == 16 ? Entry(cluster * 2L, sizeof(ushort)) : Entry(cluster * 4L, sizeof(uint)) & 0x0fffffff;
    }

    // Pages do not overlap: an entry of FAT12 that spans two pages is read separately.
    private uint Entry(long offset, int size)
    {
        var inPage = (int)(offset % PageSize);
        Span<byte> entry = stackalloc byte[sizeof(uint)];
        if (inPage + size > PageSize)
        {
            if (!volume.TryFill(entry[..size], layout.TableAt + offset))
                throw new FatException("its allocation table is cut off");
            return BinaryPrimitives.ReadUInt32LittleEndian(entry);
        }

        if (_pageAt != offset - inPage)
        {
            _pageAt = offset - inPage;
            _page.AsSpan(volume.Read(_page, layout.TableAt + _pageAt)).Clear();
        }

        _page.AsSpan(inPage, size).CopyTo(entry);
        return BinaryPrimitives.ReadUInt32LittleEndian(entry);
    }
}
