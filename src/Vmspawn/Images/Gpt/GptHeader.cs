using System.Buffers.Binary;

namespace Vmspawn.Images.Gpt;

/// <summary>A header of a GUID partition table: the first or the backup copy.</summary>
/// <remarks>UEFI specification, "GPT Header".</remarks>
/// <param name="FirstUsable">First sector that partitions may use.</param>
/// <param name="LastUsable">Last such sector.</param>
/// <param name="EntriesAt">First sector of the entries.</param>
/// <param name="EntryCount">Number of entries.</param>
/// <param name="EntrySize">Bytes of each entry.</param>
/// <param name="EntriesChecksum">CRC-32 of all entries.</param>
internal sealed record GptHeader(
    ulong FirstUsable, ulong LastUsable, ulong EntriesAt, uint EntryCount, uint EntrySize, uint EntriesChecksum)
{
    /// <summary>Maximum bytes of entries to read: the usual 128 entries of 128 bytes are 16 KiB.</summary>
    public const int MostEntryBytes = 1 << 20;

    private const int ChecksumAt = 16;
    private const int LeastSize = 92;
    private const int LeastEntrySize = 128;
    private const uint Revision1 = 0x10000;

    /// <summary>Whether a sector starts with the header's signature.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> sector) => sector.StartsWith("EFI PART"u8);

    /// <summary>Parses a header; null with the reason in <paramref name="error"/>.</summary>
    /// <param name="sector">The whole sector; modified by the checksum.</param>
    /// <param name="at">The number of the sector, which the header must contain.</param>
    /// <param name="error">The reason.</param>
    public static GptHeader? Parse(Span<byte> sector, ulong at, out string? error)
    {
        error = Refusal(sector, at);
        if (error is not null)
            return null;
        var header = new GptHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(sector[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(sector[48..]),
            BinaryPrimitives.ReadUInt64LittleEndian(sector[72..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[80..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[84..]),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[88..]));
        error = header.Refusal();
        return error is null ? header : null;
    }

    private static string? Refusal(Span<byte> sector, ulong at)
    {
        if (!HasSignature(sector))
            return "has no signature";
        if (BinaryPrimitives.ReadUInt32LittleEndian(sector[8..]) != Revision1)
            return "is of an unknown revision";
        var size = BinaryPrimitives.ReadUInt32LittleEndian(sector[12..]);
        if (size < LeastSize || size > sector.Length)
            return $"says it is {size} bytes long";
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(sector[ChecksumAt..]);
        // The checksum is computed with its own field set to zero.
        sector.Slice(ChecksumAt, sizeof(uint)).Clear();
        if (Crc32.Of(sector[..(int)size]) != checksum)
            return "has a wrong checksum";
        return BinaryPrimitives.ReadUInt64LittleEndian(sector[24..]) == at ? null : "says it is elsewhere";
    }

    private string? Refusal()
    {
        if (EntrySize < LeastEntrySize || EntrySize % 8 != 0)
            return $"has entries of {EntrySize} bytes";
        if ((ulong)EntryCount * EntrySize is 0 or > MostEntryBytes)
            return $"has {EntryCount} entries of {EntrySize} bytes";
        return FirstUsable > LastUsable ? "has no room for partitions" : null;
    }
}
