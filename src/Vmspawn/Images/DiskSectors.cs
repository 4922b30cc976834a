using Vmspawn.Images.Gpt;

namespace Vmspawn.Images;

/// <summary>The sectors that the disk of a raw image has: a guest finds a partition table only on a disk with the sectors that the table counts in.</summary>
internal static class DiskSectors
{
    /// <summary>The sector size of a disk without a partition table, in bytes.</summary>
    public const int UsualSize = 512;

    private const int LargeSize = 4096;

    /// <summary>Bytes of the sectors that the partition table counts in; null where there is no table.</summary>
    /// <param name="raw">The bytes of the disk.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static int? OfTable(ByteSource raw) => GptTable.Read(raw, out _)?.SectorSize;

    /// <summary>Bytes of a sector of the disk; QEMU itself gives every disk sectors of 512 bytes, block devices with others too.</summary>
    /// <param name="table">The result of <see cref="OfTable"/>.</param>
    /// <param name="length">Bytes of the disk, of which the guest could not reach the rest behind the last whole sector.</param>
    public static int SizeOf(int? table, long length) => table is LargeSize && length % LargeSize == 0 ? LargeSize : UsualSize;
}
