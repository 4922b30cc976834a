using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Images;

/// <summary>The header of a qcow2 image, as far as starting a VM needs it.</summary>
/// <remarks>Layout and limits: QEMU, docs/interop/qcow2.</remarks>
internal sealed record QcowHeader
{
    /// <summary>The number of bytes that <see cref="Parse"/> needs; fewer for a shorter file.</summary>
    public const int Window = 64 * 1024;

    private const int Version2Length = 72;
    private const int Version3Length = 104;
    private const int LongestBackingName = 1023;
    private const uint EndOfExtensions = 0;
    public const uint BackingFormatExtension = 0xe2792aca;

    /// <summary>vmspawn's header extension ("vmsp"): state and name of the template of this image. Other programs preserve and ignore it.</summary>
    public const uint TemplateExtension = 0x766d7370;

    private const int StampLength = 16;

    private static ReadOnlySpan<byte> Magic => [(byte)'Q', (byte)'F', (byte)'I', 0xfb];

    /// <summary>The format version: 2 or 3.</summary>
    public required uint Version { get; init; }

    /// <summary>The logarithm of the cluster size: 9 (512 bytes) to 21 (2 MiB).</summary>
    public required int ClusterBits { get; init; }

    /// <summary>The disk's size in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The guest's data is encrypted.</summary>
    public required bool IsEncrypted { get; init; }

    /// <summary>The backing file name as written; null when there is none.</summary>
    public string? BackingName { get; init; }

    /// <summary>The backing file's format as written; null when it is not specified.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>The template's state when this image was created; null when it was not recorded, or the backing file was changed since.</summary>
    public TemplateStamp? Template { get; init; }

    /// <summary>The corrupt bit is set: QEMU refuses to write to it.</summary>
    public bool IsCorrupt { get; init; }

    /// <summary>The data is in an external data file.</summary>
    public bool HasDataFile { get; init; }

    /// <summary>Unknown incompatible feature bits: the image must not be opened.</summary>
    public ulong UnknownFeatures { get; init; }

    /// <summary>Whether a file starts with the magic of qcow, any version.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    /// <summary>Parses the header at the start of a file; null when it is invalid, with the reason in <paramref name="error"/>.</summary>
    public static QcowHeader? Parse(ReadOnlySpan<byte> head, out string? error)
    {
        if (!HasMagic(head))
            return Fail("it does not start with the qcow2 magic", out error);
        if (head.Length < Version2Length)
            return Fail($"its header is cut off after {head.Length} bytes", out error);
        var version = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        if (version is not (2 or 3))
            return Fail($"it is qcow version {version}, not 2 or 3", out error);
        var clusterBits = BinaryPrimitives.ReadUInt32BigEndian(head[20..]);
        if (clusterBits is < 9 or > 21)
            return Fail($"its cluster size of 2^{clusterBits} bytes is outside 2^9…2^21", out error);
        var size = BinaryPrimitives.ReadUInt64BigEndian(head[24..]);
        if (size > long.MaxValue - 511)
            return Fail($"its size of {size} bytes is beyond what any program can address", out error);
        if (LayoutError(head, size, (int)clusterBits) is { } layout)
            return Fail(layout, out error);

        var header = new QcowHeader
        {
            Version = version,
            ClusterBits = (int)clusterBits,
            VirtualSize = (long)size,
            IsEncrypted = BinaryPrimitives.ReadUInt32BigEndian(head[32..]) != 0,
        };
        var length = (uint)Version2Length;
        if (version == 3)
        {
            if (head.Length < Version3Length)
                return Fail($"its header is cut off after {head.Length} bytes", out error);
            length = BinaryPrimitives.ReadUInt32BigEndian(head[100..]);
            if (length < Version3Length || length > 1u << (int)clusterBits || length % 8 != 0)
                return Fail($"its header length of {length} bytes is impossible", out error);
            if (BinaryPrimitives.ReadUInt32BigEndian(head[96..]) > 6)
                return Fail("its reference counts are wider than 64 bits", out error);
            header = header.WithFeatures(BinaryPrimitives.ReadUInt64BigEndian(head[72..]));
        }

        return header.WithBacking(head, length, out error);
    }

    private static string? LayoutError(ReadOnlySpan<byte> head, ulong size, int clusterBits)
    {
        var clusterMask = (1UL << clusterBits) - 1;
        var l1Offset = BinaryPrimitives.ReadUInt64BigEndian(head[40..]);
        var refcountOffset = BinaryPrimitives.ReadUInt64BigEndian(head[48..]);
        if ((l1Offset & clusterMask) != 0 || (refcountOffset & clusterMask) != 0 || refcountOffset == 0)
            return "its tables are not where tables can be";

        // Each L1 entry covers one cluster of eight-byte L2 entries (with subclusters they have 16 bytes, so that twice as many are needed; QEMU checks that).
        var l1Size = BinaryPrimitives.ReadUInt32BigEndian(head[36..]);
        var perEntry = 1UL << Math.Min((2 * clusterBits) - 3, 62);
        return l1Size < (size / perEntry) + (size % perEntry == 0 ? 0UL : 1UL)
            ? $"its L1 table of {l1Size} entries is too small for {size} bytes"
            : null;
    }

    private QcowHeader WithFeatures(ulong incompatible) => this with
    {
        IsCorrupt = (incompatible & 2) != 0,
        HasDataFile = (incompatible & 4) != 0,
        UnknownFeatures = incompatible & ~0x1fUL,
    };

    private QcowHeader? WithBacking(ReadOnlySpan<byte> head, uint extensions, out string? error)
    {
        var offset = BinaryPrimitives.ReadUInt64BigEndian(head[8..]);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[16..]);
        if (offset == 0)
        {
            error = null;
            return this;
        }

        if (length is 0 or > LongestBackingName)
            return Fail($"its backing file name of {length} bytes is outside 1…{LongestBackingName}", out error);
        if (offset < extensions || offset > (ulong)head.Length || length > (ulong)head.Length - offset
            || offset + length > 1UL << ClusterBits)
        {
            return Fail("its backing file name lies outside the header", out error);
        }

        var end = (int)offset;
        var name = head.Slice(end, (int)length);
        if (name.Contains((byte)0))
            return Fail("its backing file name has a zero byte in it", out error);
        error = null;
        return this with
        {
            BackingName = Encoding.UTF8.GetString(name),
            BackingFormat = FindExtension(head[..end], extensions, BackingFormatExtension, out var format) ? Encoding.UTF8.GetString(format) : null,
            Template = FindExtension(head[..end], extensions, TemplateExtension, out var template) ? Stamp(template, name) : null,
        };
    }

    private static bool FindExtension(ReadOnlySpan<byte> head, uint start, uint wanted, out ReadOnlySpan<byte> content)
    {
        content = default;
        for (var at = (ulong)start; at + 8 <= (ulong)head.Length;)
        {
            var type = BinaryPrimitives.ReadUInt32BigEndian(head[(int)at..]);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head[((int)at + 4)..]);
            at += 8;
            if (type == EndOfExtensions || length > (ulong)head.Length - at)
                return false;
            content = head.Slice((int)at, (int)length);
            if (type == wanted)
                return true;
            at += (length + 7UL) & ~7UL;
        }

        return false;
    }

    private static TemplateStamp? Stamp(ReadOnlySpan<byte> content, ReadOnlySpan<byte> name) =>
        content.Length > StampLength && content[StampLength..].SequenceEqual(name)
            ? new TemplateStamp(BinaryPrimitives.ReadInt64BigEndian(content), BinaryPrimitives.ReadInt64BigEndian(content[8..]))
            : null;

    private static QcowHeader? Fail(string reason, out string? error)
    {
        error = reason;
        return null;
    }
}
