using System.Runtime.Intrinsics.X86;
using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>Which confidential guests the host supports, as its kernel reports.</summary>
/// <param name="SevSnp">The kernel module parameter that reports SEV-SNP, or null when there is none.</param>
/// <param name="Tdx">The same for TDX.</param>
/// <param name="SevDevice">Access to the device of AMD's secure processor.</param>
/// <param name="EncryptionBit">The address bit that marks encrypted pages, or null when the processor does not report it.</param>
/// <param name="QuoteSocket">Path of the socket of the TDX Quote Generation Service, or null.</param>
internal sealed record ConfidentialHost(string? SevSnp, string? Tdx, DeviceAccess SevDevice, int? EncryptionBit, string? QuoteSocket)
{
    public const string SevSnpParameter = "/sys/module/kvm_amd/parameters/sev_snp";
    public const string TdxParameter = "/sys/module/kvm_intel/parameters/tdx";
    public const string SevDevicePath = "/dev/sev";

    /// <summary>A host without support.</summary>
    public static ConfidentialHost None { get; } = new(null, null, DeviceAccess.Missing, null, null);

    /// <summary>Whether the kernel knows the technique, even if it is disabled.</summary>
    public bool Knows(ConfidentialTechnique technique) => (technique.Kind == ConfidentialGuest.SevSnp ? SevSnp : Tdx) is not null;

    /// <summary>Why such guests are not supported, without a full stop; null when the kernel reports support.</summary>
    public string? WhyNot(ConfidentialTechnique technique)
    {
        var (path, value, needs) = technique.Kind == ConfidentialGuest.SevSnp
            ? (SevSnpParameter, SevSnp, "an EPYC of the third generation and KVM of Linux 6.11 or later")
            : (TdxParameter, Tdx, "a Xeon with TDX and KVM of Linux 6.16 or later");
        if (value is null)
            return $"there is no {path}, which takes {needs}";
        if (value != "Y")
            return $"{path} says {value}: it is off in the kernel or in the firmware's setup";
        return technique.Kind == ConfidentialGuest.Tdx ? null : SevDevice switch
        {
            DeviceAccess.Open => null,
            DeviceAccess.Denied => $"{SevDevicePath}: permission denied",
            _ => $"there is no {SevDevicePath}",
        };
    }
}

/// <summary>Reads the host's support for confidential guests; starts none.</summary>
internal static class ConfidentialProbe
{
    /// <summary>Where Intel's Quote Generation Service listens.</summary>
    private const string QuoteSocket = "/run/tdx-qgs/qgs.socket";

    // CPUID functions (AMD64 Architecture Programmer's Manual, volume 3, appendix E).
    private const int ExtendedLeaves = unchecked((int)0x80000000);
    private const int EncryptionLeaf = unchecked((int)0x8000001f);
    private const int EncryptionBitMask = 0x3f;

    public static ConfidentialHost Look() => new(
        ProcFile.Text(ConfidentialHost.SevSnpParameter),
        ProcFile.Text(ConfidentialHost.TdxParameter),
        DeviceFile.Look(ConfidentialHost.SevDevicePath),
        EncryptionBit(),
        Path.Exists(QuoteSocket) ? QuoteSocket : null);

    private static int? EncryptionBit()
    {
        if (!X86Base.IsSupported || unchecked((uint)X86Base.CpuId(ExtendedLeaves, 0).Eax) < unchecked((uint)EncryptionLeaf))
            return null;
        var bit = X86Base.CpuId(EncryptionLeaf, 0).Ebx & EncryptionBitMask;
        return bit == 0 ? null : bit;
    }
}
