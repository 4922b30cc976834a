using System.Runtime.InteropServices;

namespace Vmspawn.Images;

/// <summary>What a kernel file is, told from its content.</summary>
internal enum KernelKind
{
    /// <summary>Nothing known: QEMU may still make sense of it.</summary>
    Unknown,

    /// <summary>An x86 boot-protocol image (<c>HdrS</c>), with an EFI stub when it is a PE binary too.</summary>
    BzImage,

    /// <summary>An ELF executable, such as a PVH kernel.</summary>
    Elf,

    /// <summary>An arm64 or riscv64 <c>Image</c>.</summary>
    FlatImage,

    /// <summary>A PE binary that is none of the above.</summary>
    Pe,

    /// <summary>Something compressed: a flat image usually, which QEMU unpacks for some machines.</summary>
    Compressed,
}

/// <summary>A kernel given with <c>--linux=</c>.</summary>
/// <param name="Path">The path as given.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsPe">It is a PE binary: UEFI can start it.</param>
/// <param name="IsUki">It is a PE binary that carries a kernel in a section <c>.linux</c>: a unified kernel image.</param>
/// <param name="CommandLineLimit">Bytes of command line that the kernel says it takes, without the terminating NUL; null when it does not say.</param>
/// <param name="Processor">What it runs on; null when it does not say.</param>
/// <param name="Size">Bytes.</param>
internal sealed record KernelFacts(string Path, KernelKind Kind, bool IsPe, bool IsUki, int? CommandLineLimit, Architecture? Processor, long Size)
{
    /// <summary>Observes a kernel; null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">What the problem is about, such as <c>--linux=vmlinuz</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="problems">Receives the reason.</param>
    public static KernelFacts? Probe(string subject, string path, List<Problem> problems)
    {
        using var file = PlainFile.Open(subject, "kernel", path, problems);
        if (file is null)
            return null;
        var head = new byte[KernelSniff.Window];
        var length = RandomAccess.GetLength(file);
        var sniff = KernelSniff.Of(head.AsSpan(0, RandomAccess.Read(file, head, 0)), length);
        return new KernelFacts(path, sniff.Kind, sniff.IsPe, sniff.IsUki, sniff.CommandLineLimit, sniff.Processor, length);
    }
}
