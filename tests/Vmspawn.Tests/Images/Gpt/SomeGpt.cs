using System.Buffers.Binary;
using Vmspawn.Images.Gpt;

namespace Vmspawn.Tests.Images.Gpt;

/// <summary>Disks with partition tables.</summary>
internal static class SomeGpt
{
    /// <summary>A disk with an empty table.</summary>
    public static byte[] Disk(int sectorSize)
    {
        var disk = new byte[1 << 20];
        var header = disk.AsSpan(sectorSize, 92);
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 0x10000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 92);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)(disk.Length / sectorSize) - 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], (ulong)(2 + (128 * 128 / sectorSize)));
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], (ulong)(disk.Length / sectorSize) - 40);
        BinaryPrimitives.WriteUInt64LittleEndian(header[72..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(header[80..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[84..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[88..], Crc32.Of(new byte[128 * 128]));
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32.Of(header));
        return disk;
    }
}
