using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.CloudInit;

/// <summary>Writes a small FAT12 volume with files in its root directory: the same bytes for the same files.</summary>
/// <remarks>Microsoft FAT Specification (2005), sections 3 (boot sector), 6 (directory), 7 (long names).</remarks>
internal static class FatImage
{
    private const int SectorSize = 512;
    private const int EntrySize = 32;
    private const int RootEntries = 64;
    private const int RootSectors = RootEntries * EntrySize / SectorSize;
    private const int ReservedSectors = 1;

    /// <summary>The largest cluster count of FAT12.</summary>
    private const int MostClusters = 4084;

    private const int LargestCluster = 64;
    private const byte FixedDisk = 0xf8;
    private const byte VolumeLabel = 0x08;
    private const byte ReadOnlyFile = 0x01;
    private const ushort LastCluster = 0xfff;

    /// <summary>The earliest date that FAT can represent: 1 January 1980.</summary>
    private const ushort Date = 0x0021;

    /// <summary>The total size of the files that always fits, in bytes.</summary>
    public const int Capacity = 64 << 20;

    /// <summary>Writes the volume.</summary>
    /// <param name="label">At most 11 ASCII characters.</param>
    /// <param name="files">Names of ASCII letters, digits, hyphens and dots with their contents, 16 at most.</param>
    public static byte[] Write(string label, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> files)
    {
        var perCluster = 1;
        while (Clusters(files, perCluster) > MostClusters && perCluster < LargestCluster)
            perCluster *= 2;
        // Linux also accepts fewer clusters, but some readers take a volume of that size for a floppy disk.
        var clusters = Math.Max(Clusters(files, perCluster), 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clusters, MostClusters, nameof(files));

        var fatSectors = ((clusters + 2) * 3 + 1) / 2 / SectorSize + 1;
        var dataSector = ReservedSectors + 2 * fatSectors + RootSectors;
        var image = new byte[(dataSector + clusters * perCluster) * SectorSize];
        WriteBootSector(image, label, perCluster, fatSectors);

        var fat = image.AsSpan(ReservedSectors * SectorSize, fatSectors * SectorSize);
        SetEntry(fat, 0, 0xf00 | FixedDisk);
        SetEntry(fat, 1, LastCluster);
        var root = new FatRoot(image.AsMemory((ReservedSectors + 2 * fatSectors) * SectorSize, RootSectors * SectorSize));
        root.AddLabel(label, VolumeLabel, Date);
        var next = 2;
        foreach (var (name, content) in files)
        {
            var count = ClustersOf(content.Length, perCluster);
            root.AddFile(name, ReadOnlyFile, Date, count == 0 ? 0 : next, content.Length);
            content.Span.CopyTo(image.AsSpan((dataSector + (next - 2) * perCluster) * SectorSize));
            for (var i = 0; i < count; i++)
                SetEntry(fat, next + i, i == count - 1 ? LastCluster : next + i + 1);
            next += count;
        }

        fat.CopyTo(image.AsSpan((ReservedSectors + fatSectors) * SectorSize));
        return image;
    }

    private static int Clusters(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> files, int perCluster) =>
        files.Sum(file => ClustersOf(file.Content.Length, perCluster));

    private static int ClustersOf(int size, int perCluster) => (int)(((long)size + perCluster * SectorSize - 1) / (perCluster * SectorSize));

    private static void WriteBootSector(Span<byte> image, string label, int perCluster, int fatSectors)
    {
        ReadOnlySpan<byte> jump = [0xeb, 0x3c, 0x90];
        jump.CopyTo(image);
        "VMSPAWN "u8.CopyTo(image[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(image[11..], SectorSize);
        image[13] = (byte)perCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(image[14..], ReservedSectors);
        image[16] = 2;
        BinaryPrimitives.WriteUInt16LittleEndian(image[17..], RootEntries);
        var sectors = image.Length / SectorSize;
        if (sectors <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16LittleEndian(image[19..], (ushort)sectors);
        else
            BinaryPrimitives.WriteInt32LittleEndian(image[32..], sectors);
        image[21] = FixedDisk;
        BinaryPrimitives.WriteUInt16LittleEndian(image[22..], (ushort)fatSectors);
        // Sectors per track and heads: required by the format, unused by readers.
        BinaryPrimitives.WriteUInt16LittleEndian(image[24..], 63);
        BinaryPrimitives.WriteUInt16LittleEndian(image[26..], 16);
        image[36] = 0x80;
        image[38] = 0x29;
        "SEED"u8.CopyTo(image[39..]);
        Encoding.ASCII.GetBytes(label.PadRight(11), image[43..54]);
        "FAT12   "u8.CopyTo(image[54..]);
        image[510] = 0x55;
        image[511] = 0xaa;
    }

    /// <summary>Each entry has 12 bits: two entries in three bytes.</summary>
    private static void SetEntry(Span<byte> fat, int cluster, int value)
    {
        var at = cluster * 3 / 2;
        if (cluster % 2 == 0)
        {
            fat[at] = (byte)value;
            fat[at + 1] = (byte)((fat[at + 1] & 0xf0) | (value >> 8));
        }
        else
        {
            fat[at] = (byte)((fat[at] & 0x0f) | (value << 4));
            fat[at + 1] = (byte)(value >> 4);
        }
    }
}
