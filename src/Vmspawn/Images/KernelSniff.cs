using System.Buffers.Binary;

namespace Vmspawn.Images;

/// <summary>Tells from the first bytes of a kernel file what it is.</summary>
/// <remarks>
/// x86: Documentation/arch/x86/boot.rst of Linux. Arm64 and RISC-V: the boot image headers of their booting documents.
/// PE: Microsoft's "PE Format"; a unified kernel image is one with a section <c>.linux</c> (UAPI specification UKI).
/// </remarks>
internal readonly record struct KernelSniff(KernelKind Kind, bool IsPe, bool IsUki, int? CommandLineLimit)
{
    /// <summary>As much of the file as is wanted; less when it is shorter.</summary>
    public const int Window = 64 * 1024;

    private const int SectionHeaderLength = 40;
    private const ushort CommandLineSizeSince = 0x0206;

    /// <summary>Total: any bytes have an answer.</summary>
    public static KernelSniff Of(ReadOnlySpan<byte> head)
    {
        var pe = FindPe(head);
        var isUki = pe >= 0 && HasSection(head, pe, ".linux"u8);
        if (Has(head, 0x202, "HdrS"u8) && Has(head, 0x1fe, [0x55, 0xaa]))
            return new KernelSniff(KernelKind.BzImage, pe >= 0, isUki, ReadCommandLineLimit(head));
        if (Has(head, 0x38, "ARM\x64"u8) || Has(head, 0x38, "RSC\x05"u8))
            return new KernelSniff(KernelKind.FlatImage, pe >= 0, isUki, null);
        if (pe >= 0)
            return new KernelSniff(KernelKind.Pe, IsPe: true, isUki, null);
        return new KernelSniff(Has(head, 0, [0x7f, (byte)'E', (byte)'L', (byte)'F']) ? KernelKind.Elf : KernelKind.Unknown, false, false, null);
    }

    private static int? ReadCommandLineLimit(ReadOnlySpan<byte> head)
    {
        if (head.Length < 0x23c || BinaryPrimitives.ReadUInt16LittleEndian(head[0x206..]) < CommandLineSizeSince)
            return null;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head[0x238..]);
        return size is 0 or > int.MaxValue ? null : (int)size;
    }

    private static int FindPe(ReadOnlySpan<byte> head)
    {
        if (!Has(head, 0, "MZ"u8) || head.Length < 0x40)
            return -1;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(head[0x3c..]);
        return offset <= Window && Has(head, (int)offset, "PE\0\0"u8) ? (int)offset : -1;
    }

    private static bool HasSection(ReadOnlySpan<byte> head, int pe, ReadOnlySpan<byte> name)
    {
        if (head.Length < pe + 24)
            return false;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(head[(pe + 6)..]);
        var at = pe + 24 + BinaryPrimitives.ReadUInt16LittleEndian(head[(pe + 20)..]);
        for (var i = 0; i < count && at + SectionHeaderLength <= head.Length; i++, at += SectionHeaderLength)
        {
            // Names are eight bytes, padded with zeros.
            var section = head.Slice(at, 8);
            if (section.StartsWith(name) && section[name.Length..].IndexOfAnyExcept((byte)0) < 0)
                return true;
        }

        return false;
    }

    private static bool Has(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> bytes) =>
        head.Length - offset >= bytes.Length && head[offset..].StartsWith(bytes);
}
