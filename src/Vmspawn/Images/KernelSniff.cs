using System.Runtime.InteropServices;

namespace Vmspawn.Images;

/// <summary>Detects the kind of a kernel file from its first bytes.</summary>
/// <remarks>
/// x86: Documentation/arch/x86/boot.rst of Linux. Arm64 and RISC-V: the boot image headers of their booting documents.
/// PE: Microsoft's "PE Format"; a unified kernel image is one with a section <c>.linux</c> (UAPI specification UKI).
/// </remarks>
internal readonly record struct KernelSniff(KernelKind Kind, bool IsPe, bool IsUki, Architecture? Processor = null)
{
    /// <summary>The number of bytes that <see cref="Of"/> needs; fewer for a shorter file.</summary>
    public const int Window = PeHeader.Window;

    /// <summary>Accepts any bytes.</summary>
    public static KernelSniff Of(ReadOnlySpan<byte> head, long fileLength)
    {
        var pe = PeHeader.Parse(head, fileLength);
        var isUki = pe?.Find(".linux") is not null;
        if (Has(head, 0x202, "HdrS"u8) && Has(head, 0x1fe, [0x55, 0xaa]))
            return new KernelSniff(KernelKind.BzImage, pe is not null, isUki, Architecture.X64);
        if (Has(head, 0x38, "ARM\x64"u8))
            return new KernelSniff(KernelKind.FlatImage, pe is not null, isUki, Architecture.Arm64);
        if (Has(head, 0x38, "RSC\x05"u8))
            return new KernelSniff(KernelKind.FlatImage, pe is not null, isUki, Architecture.RiscV64);
        if (pe is not null)
            return new KernelSniff(KernelKind.Pe, IsPe: true, isUki, EfiMachine.Processor(pe.Machine));
        if (Compression.Guess(head) is not null)
            return new KernelSniff(KernelKind.Compressed, false, false);
        return new KernelSniff(Has(head, 0, [0x7f, (byte)'E', (byte)'L', (byte)'F']) ? KernelKind.Elf : KernelKind.Unknown, false, false);
    }

    private static bool Has(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> bytes) =>
        head.Length - offset >= bytes.Length && head[offset..].StartsWith(bytes);
}
