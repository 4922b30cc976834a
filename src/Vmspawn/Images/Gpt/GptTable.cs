using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Images.Gpt;

/// <summary>A checked GUID partition table: partitions are within the disk, do not overlap, and both checksums match.</summary>
/// <param name="Partitions">In order of their numbers.</param>
/// <param name="SectorSize">The sector size that its addresses are based on: a guest finds the table only on a disk with this sector size.</param>
internal sealed record GptTable(IReadOnlyList<GptPartition> Partitions, int SectorSize)
{
    private const int LabelAt = 56;
    private const int LabelLength = 72;

    private static readonly int[] SectorSizes = [512, 4096];

    /// <summary>Reads the table of a disk from the first header, or else from the backup at the disk's end.</summary>
    /// <param name="disk">The whole disk.</param>
    /// <param name="error">Why neither copy is valid; also null when the disk has no GPT.</param>
    /// <returns>Null when there is no table or no valid one.</returns>
    /// <exception cref="IOException">The disk cannot be read.</exception>
    public static GptTable? Read(ByteSource disk, out string? error)
    {
        error = null;
        foreach (var size in SectorSizes)
        {
            if (Read(disk, size, 1, ref error) is { } table)
            {
                error = null;
                return table;
            }
        }

        foreach (var size in SectorSizes)
        {
            if (disk.Length / size > 2 && Read(disk, size, (ulong)(disk.Length / size) - 1, ref error) is { } table)
            {
                error = null;
                return table;
            }
        }

        return null;
    }

    // Reports the error of the primary copy, not the one of the backup.
    private static GptTable? Read(ByteSource disk, int sectorSize, ulong at, ref string? error)
    {
        var sector = new byte[sectorSize];
        if (!disk.TryFill(sector, (long)at * sectorSize) || !GptHeader.HasSignature(sector))
            return null;
        var copy = at == 1 ? "header" : "backup header";
        if (GptHeader.Parse(sector, at, out var reason) is not { } header)
        {
            error ??= $"its {copy} {reason}";
            return null;
        }

        var entries = new byte[header.EntryCount * header.EntrySize];
        if (header.EntriesAt > (ulong)(disk.Length / sectorSize) || !disk.TryFill(entries, (long)header.EntriesAt * sectorSize))
            reason = "refers to entries outside of the disk";
        else if (Crc32.Of(entries) != header.EntriesChecksum)
            reason = "refers to entries with another checksum";
        var partitions = reason is null ? Entries(entries, header, disk.Length, sectorSize, out reason) : [];
        if (reason is null)
            return new GptTable(partitions, sectorSize);
        error ??= $"its {copy} {reason}";
        return null;
    }

    private static List<GptPartition> Entries(byte[] entries, GptHeader header, long diskLength, int sectorSize, out string? error)
    {
        error = null;
        var partitions = new List<GptPartition>();
        for (var i = 0; i < header.EntryCount; i++)
        {
            var entry = entries.AsSpan(i * (int)header.EntrySize, (int)header.EntrySize);
            var type = new Guid(entry[..16]);
            if (type == Guid.Empty)
                continue;
            var first = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
            var last = BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]);
            if (first > last || first < header.FirstUsable || last > header.LastUsable || last >= (ulong)(diskLength / sectorSize))
                error ??= $"lists partition {i + 1}, which is outside of the disk";
            else
                partitions.Add(new GptPartition(
                    i + 1,
                    type,
                    new Guid(entry.Slice(16, 16)),
                    new Extent((long)first * sectorSize, (long)(last - first + 1) * sectorSize),
                    BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]),
                    Label(entry.Slice(LabelAt, LabelLength))));
        }

        error ??= Overlap(partitions);
        return partitions;
    }

    private static string? Overlap(List<GptPartition> partitions)
    {
        var sorted = partitions.OrderBy(partition => partition.Place.Offset).ToList();
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i - 1].Place.Offset + sorted[i - 1].Place.Length > sorted[i].Place.Offset)
                return $"lists partitions {sorted[i - 1].Number} and {sorted[i].Number}, which overlap";
        }

        return null;
    }

    private static string Label(ReadOnlySpan<byte> utf16)
    {
        var text = Encoding.Unicode.GetString(utf16);
        var end = text.IndexOf('\0');
        return end < 0 ? text : text[..end];
    }
}
