using System.Buffers.Binary;

namespace Vmspawn.Images.Fat;

/// <summary>The layout of a FAT file system.</summary>
/// <remarks>Microsoft, "FAT: General Overview of On-Disk Format".</remarks>
/// <param name="EntryBits">12, 16 or 32: bits of an entry of the allocation table.</param>
/// <param name="TableAt">Offset of the first allocation table, in bytes.</param>
/// <param name="ClusterSize">Bytes of a cluster.</param>
/// <param name="ClusterCount">The number of clusters; the first one is number 2.</param>
/// <param name="DataAt">Offset of cluster 2, in bytes.</param>
/// <param name="RootPlace">The root directory of FAT12 and FAT16; nothing for FAT32.</param>
/// <param name="RootCluster">The first cluster of the root directory of FAT32, else 0.</param>
internal sealed record FatLayout(
    int EntryBits, long TableAt, int ClusterSize, uint ClusterCount, long DataAt, Extent RootPlace, uint RootCluster)
{
    public const int BootSectorLength = 512;

    private const int DirectoryEntryLength = 32;

    // The number of clusters alone determines the FAT type.
    private const uint LeastFat16 = 4085;
    private const uint LeastFat32 = 65525;

    /// <summary>Parses the boot sector; null with the reason in <paramref name="error"/>.</summary>
    /// <param name="boot">The first 512 bytes.</param>
    /// <param name="length">The length of the volume.</param>
    /// <param name="error">The reason.</param>
    public static FatLayout? Parse(ReadOnlySpan<byte> boot, long length, out string? error)
    {
        var sector = BinaryPrimitives.ReadUInt16LittleEndian(boot[11..]);
        var perCluster = boot[13];
        if (boot[510] != 0x55 || boot[511] != 0xaa || sector is not (512 or 1024 or 2048 or 4096) || perCluster == 0 || !byte.IsPow2(perCluster))
            return Fail("it has no FAT boot sector", out error);
        var reserved = BinaryPrimitives.ReadUInt16LittleEndian(boot[14..]);
        var tables = boot[16];
        var rootEntries = BinaryPrimitives.ReadUInt16LittleEndian(boot[17..]);
        var sectors = Either(boot, 19, 32);
        var perTable = Either(boot, 22, 36);
        if (reserved == 0 || tables is 0 or > 2 || perTable == 0)
            return Fail("its FAT boot sector has impossible numbers", out error);
        if ((long)sectors * sector > length)
            return Fail("its FAT file system is larger than the partition", out error);
        var rootSectors = ((rootEntries * DirectoryEntryLength) + sector - 1) / sector;
        var rootAt = reserved + ((long)tables * perTable);
        var clusters = (sectors - rootAt - rootSectors) / perCluster;
        if (clusters <= 0)
            return Fail("its FAT file system has no room for files", out error);
        var bits = clusters < LeastFat16 ? 12 : clusters < LeastFat32 ? 16 : 32;
        if ((clusters + 2) * bits > (long)perTable * sector * 8)
            return Fail("its allocation table is too short", out error);
        error = null;
        return new FatLayout(
            bits,
            (long)reserved * sector,
            perCluster * sector,
            (uint)clusters,
            (rootAt + rootSectors) * sector,
            bits == 32 ? default : new Extent(rootAt * sector, (long)rootEntries * DirectoryEntryLength),
            bits == 32 ? BinaryPrimitives.ReadUInt32LittleEndian(boot[44..]) : 0);
    }

    private static uint Either(ReadOnlySpan<byte> boot, int small, int large) =>
        BinaryPrimitives.ReadUInt16LittleEndian(boot[small..]) is not 0 and var value
            ? value
            : BinaryPrimitives.ReadUInt32LittleEndian(boot[large..]);

    private static FatLayout? Fail(string reason, out string? error)
    {
        error = reason;
        return null;
    }
}
