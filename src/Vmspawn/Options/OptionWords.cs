using System.Runtime.InteropServices;

namespace Vmspawn.Options;

/// <summary>The words for values of options, as the command line, the control interface and messages have them.</summary>
public static class OptionWords
{
    /// <summary>Formats of disk images.</summary>
    public static IReadOnlyList<(string Word, ImageFormat Value)> ImageFormats { get; } = [("raw", ImageFormat.Raw), ("qcow2", ImageFormat.Qcow2)];

    /// <summary>Types of disks.</summary>
    public static IReadOnlyList<(string Word, DiskType Value)> DiskTypes { get; } =
    [
        ("virtio-blk", DiskType.VirtioBlk),
        ("virtio-scsi", DiskType.VirtioScsi),
        ("nvme", DiskType.Nvme),
        ("scsi-cd", DiskType.ScsiCd),
    ];

    /// <summary>Processor architectures, by QEMU's names.</summary>
    public static IReadOnlyList<(string Word, Architecture Value)> Architectures { get; } =
        [("x86_64", Architecture.X64), ("aarch64", Architecture.Arm64), ("riscv64", Architecture.RiscV64)];

    /// <summary>Kinds of confidential guests.</summary>
    public static IReadOnlyList<(string Word, ConfidentialGuest Value)> ConfidentialGuests { get; } =
        [("no", ConfidentialGuest.No), ("sev-snp", ConfidentialGuest.SevSnp), ("tdx", ConfidentialGuest.Tdx)];

    /// <summary>Ways into a guest for commands.</summary>
    public static IReadOnlyList<(string Word, GuestChannel Value)> GuestChannels { get; } =
        [("auto", GuestChannel.Auto), ("shell", GuestChannel.Shell), ("agent", GuestChannel.Agent), ("ssh", GuestChannel.Ssh), ("no", GuestChannel.None)];

    internal static string Of(GuestChannel channel) => Find(GuestChannels, channel);

    internal static string Of(ImageFormat format) => Find(ImageFormats, format);

    internal static string Of(DiskType type) => Find(DiskTypes, type);

    internal static string Of(Architecture architecture) => Find(Architectures, architecture);

    internal static string Of(ConfidentialGuest guest) => Find(ConfidentialGuests, guest);

    private static string Find<T>(IReadOnlyList<(string Word, T Value)> words, T value) =>
        words.First(known => EqualityComparer<T>.Default.Equals(known.Value, value)).Word;
}
