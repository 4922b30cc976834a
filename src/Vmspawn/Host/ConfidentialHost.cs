using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>Which confidential guests the host can have, as it says itself.</summary>
/// <param name="SevSnp">The parameter of the kernel's module that says whether it has SEV-SNP, or null where there is none.</param>
/// <param name="Tdx">The same of TDX.</param>
/// <param name="SevDevice">The device by which QEMU speaks to AMD's secure processor.</param>
/// <param name="EncryptionBit">Which bit of an address the processor takes for "encrypted", or null when it does not say.</param>
/// <param name="QuoteSocket">Path of the socket of the service that signs reports of TDX guests, or null.</param>
internal sealed record ConfidentialHost(string? SevSnp, string? Tdx, DeviceAccess SevDevice, int? EncryptionBit, string? QuoteSocket)
{
    public const string SevSnpParameter = "/sys/module/kvm_amd/parameters/sev_snp";
    public const string TdxParameter = "/sys/module/kvm_intel/parameters/tdx";
    public const string SevDevicePath = "/dev/sev";

    /// <summary>A host like most.</summary>
    public static ConfidentialHost None { get; } = new(null, null, DeviceAccess.Missing, null, null);

    /// <summary>The kernel knows it, whether it can be had or not.</summary>
    public bool Knows(ConfidentialTechnique technique) => (technique.Kind == ConfidentialGuest.SevSnp ? SevSnp : Tdx) is not null;

    /// <summary>Why it cannot have such guests, without a full stop; null when it can, as far as it says.</summary>
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
            DeviceAccess.Denied => $"{SevDevicePath} is not ours to open",
            _ => $"there is no {SevDevicePath}",
        };
    }
}
