using Vmspawn.Images.Gpt;

namespace Vmspawn.Images;

/// <summary>The sectors that the disk of a raw image has: a guest finds a partition table only on a disk with the sectors that the table counts in.</summary>
internal static class DiskSectors
{
    /// <summary>Bytes of a sector where no partition table says otherwise.</summary>
    public const int UsualSize = 512;

    private const int LargeSize = 4096;

    /// <summary>Bytes of a sector.</summary>
    /// <param name="raw">The bytes of the disk.</param>
    /// <param name="isBlockDevice">They are on a block device, which has sectors of its own that its table was made for.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static int SizeOf(ByteSource raw, bool isBlockDevice) =>
        !isBlockDevice && raw.Length % LargeSize == 0 && GptTable.Read(raw, out _) is { SectorSize: LargeSize } ? LargeSize : UsualSize;
}
