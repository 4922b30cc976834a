using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Images;

/// <summary>The headers of a PE binary: the machine and the sections.</summary>
/// <remarks>Microsoft, "PE Format".</remarks>
/// <param name="Machine">The machine number.</param>
/// <param name="Sections">The sections that are within the file, in order.</param>
internal sealed record PeHeader(ushort Machine, IReadOnlyList<PeSection> Sections)
{
    /// <summary>The number of bytes that <see cref="Parse"/> needs; fewer for a shorter file.</summary>
    public const int Window = 64 * 1024;

    private const int OffsetAt = 0x3c;
    private const int CoffLength = 24;
    private const int SectionLength = 40;
    private const int NameLength = 8;

    /// <summary>Accepts any bytes; null when they are not a PE binary.</summary>
    /// <param name="head">The file's start.</param>
    /// <param name="fileLength">The length of the file.</param>
    public static PeHeader? Parse(ReadOnlySpan<byte> head, long fileLength)
    {
        if (!head.StartsWith("MZ"u8) || head.Length < OffsetAt + sizeof(uint))
            return null;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(head[OffsetAt..]);
        if (offset > head.Length - CoffLength)
            return null;
        var coff = head[(int)offset..];
        if (!coff.StartsWith("PE\0\0"u8))
            return null;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(coff[6..]);
        var at = CoffLength + BinaryPrimitives.ReadUInt16LittleEndian(coff[20..]);
        var sections = new List<PeSection>();
        for (var i = 0; i < count && at + SectionLength <= coff.Length; i++, at += SectionLength)
        {
            if (Section(coff.Slice(at, SectionLength), fileLength) is { } section)
                sections.Add(section);
        }

        return new PeHeader(BinaryPrimitives.ReadUInt16LittleEndian(coff[4..]), sections);
    }

    /// <summary>The first section with this name, or null.</summary>
    public PeSection? Find(string name) => Sections.FirstOrDefault(section => section.Name == name);

    // The size in the file is padded to an alignment; the virtual size is the size of the content.
    private static PeSection? Section(ReadOnlySpan<byte> header, long fileLength)
    {
        var inMemory = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        var inFile = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        var length = Math.Min(inMemory, inFile);
        if (length == 0 || offset + (long)length > fileLength)
            return null;
        var name = header[..NameLength];
        var end = name.IndexOf((byte)0);
        return new PeSection(Encoding.Latin1.GetString(end < 0 ? name : name[..end]), new Extent(offset, length));
    }
}

/// <summary>A section of a PE binary.</summary>
/// <param name="Name">At most eight characters.</param>
/// <param name="Place">Its bytes in the file.</param>
internal sealed record PeSection(string Name, Extent Place);
