using System.Runtime.InteropServices;

namespace Vmspawn.Images;

/// <summary>The kind of a kernel file, detected from its content.</summary>
internal enum KernelKind
{
    /// <summary>Unknown; QEMU may still support it.</summary>
    Unknown,

    /// <summary>An x86 boot-protocol image (<c>HdrS</c>), with an EFI stub when it is a PE binary too.</summary>
    BzImage,

    /// <summary>An ELF executable, such as a PVH kernel.</summary>
    Elf,

    /// <summary>An arm64 or riscv64 <c>Image</c>.</summary>
    FlatImage,

    /// <summary>Any other PE binary.</summary>
    Pe,

    /// <summary>A compressed file, usually a flat image, which QEMU decompresses for some machines.</summary>
    Compressed,
}

/// <summary>A kernel given with <c>--linux=</c>.</summary>
/// <param name="Path">The path as given.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="IsPe">It is a PE binary: UEFI can start it.</param>
/// <param name="IsUki">It is a unified kernel image: a PE binary with a section <c>.linux</c>.</param>
/// <param name="Processor">Its architecture; null when unknown.</param>
/// <param name="Size">Bytes.</param>
internal sealed record KernelFacts(string Path, KernelKind Kind, bool IsPe, bool IsUki, Architecture? Processor, long Size)
{
    /// <summary>The program that compressed it, or null.</summary>
    public string? Compression { get; init; }

    /// <summary>It is text.</summary>
    public bool IsText { get; init; }

    /// <summary>Why a machine of this architecture cannot start it, or null. QEMU and the firmware do not check it and would run it without any output.</summary>
    /// <param name="machine">The machine's architecture.</param>
    /// <param name="hint">The remedy.</param>
    public string? WhyNot(Architecture machine, out string? hint)
    {
        hint = "name a Linux kernel such as /boot/vmlinuz-VERSION";
        if (IsText)
            return "it is a text file, not a kernel";
        // QEMU decompresses an arm64 Image, from gzip only.
        if (Kind == KernelKind.Compressed && !(machine == Architecture.Arm64 && Compression == "gzip"))
        {
            hint = $"unpack it first, as by \"{Compression} -dc {Path} >vmlinux\"";
            return $"it is a {Compression} file, which QEMU does not unpack for this machine";
        }

        return Kind == KernelKind.Unknown && machine == Architecture.X64
            ? "it is not a kernel for x86_64: it has neither the header of a bzImage nor that of a PE or ELF binary"
            : null;
    }

    private const int TextWindow = 512;

    /// <summary>Observes a kernel; null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">The subject of the problem, such as <c>--linux=vmlinuz</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="problems">Receives the reason.</param>
    public static KernelFacts? Probe(string subject, string path, List<Problem> problems)
    {
        using var file = PlainFile.Open(subject, "kernel", path, problems);
        if (file is null)
            return null;
        var head = new byte[KernelSniff.Window];
        var length = RandomAccess.GetLength(file);
        var start = head.AsSpan(0, RandomAccess.Read(file, head, 0));
        var sniff = KernelSniff.Of(start, length);
        return new KernelFacts(path, sniff.Kind, sniff.IsPe, sniff.IsUki, sniff.Processor, length)
        {
            Compression = Images.Compression.Guess(start),
            IsText = sniff.Kind == KernelKind.Unknown && IsPrintable(start[..Math.Min(start.Length, TextWindow)]),
        };
    }

    private static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            if (one is not ((>= 0x20 and < 0x7f) or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                return false;
        }

        return true;
    }
}
