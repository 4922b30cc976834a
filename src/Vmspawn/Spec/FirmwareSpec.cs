using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>UEFI firmware that the machine starts with.</summary>
internal sealed record FirmwareSpec
{
    /// <summary>The descriptor that it was chosen by, or its own path where there was none.</summary>
    public required string Origin { get; init; }

    /// <summary>Where the machine finds it.</summary>
    public required FirmwareMapping Mapping { get; init; }

    /// <summary>Its variables, or null for firmware that keeps none.</summary>
    public NvramSpec? Nvram { get; init; }

    /// <summary>It runs in System Management Mode.</summary>
    public bool NeedsSmm { get; init; }

    /// <summary>Only code in System Management Mode may write its variables, or Secure Boot would be worth nothing.</summary>
    public bool ProtectsVariables { get; init; }
}

/// <summary>The variables of EFI firmware.</summary>
/// <param name="Template">What they start from; never written to.</param>
/// <param name="State">The file that keeps them, made from the template when it is not there; null forgets them with the VM.</param>
internal sealed record NvramSpec(FirmwareFile Template, FirmwareFile? State);

/// <summary>How the host is kept from reading the guest.</summary>
/// <param name="Technique">By what.</param>
/// <param name="EncryptionBit">Which bit of an address says that the page is encrypted (SEV-SNP).</param>
/// <param name="QuoteSocket">Path of the service that signs the guest's reports (TDX); null for its vsock port.</param>
internal sealed record ConfidentialSpec(ConfidentialTechnique Technique, int EncryptionBit, string? QuoteSocket);
