using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>The machine's UEFI firmware.</summary>
internal sealed record FirmwareSpec
{
    /// <summary>The path of its descriptor, or its own path when there is none.</summary>
    public required string Origin { get; init; }

    /// <summary>Where the machine finds it.</summary>
    public required FirmwareMapping Mapping { get; init; }

    /// <summary>Its variables, or null for firmware without persistent variables.</summary>
    public NvramSpec? Nvram { get; init; }

    /// <summary>It requires System Management Mode.</summary>
    public bool NeedsSmm { get; init; }

    /// <summary>Only code in System Management Mode may write its variables; otherwise the guest could disable Secure Boot.</summary>
    public bool ProtectsVariables { get; init; }
}

/// <summary>The variables of EFI firmware.</summary>
/// <param name="Template">Their initial content; never written to.</param>
/// <param name="State">The persistent file, created from the template if it does not exist; null discards them with the VM.</param>
internal sealed record NvramSpec(FirmwareFile Template, FirmwareFile? State);

/// <summary>The parameters of a confidential guest.</summary>
/// <param name="Technique">The processor feature.</param>
/// <param name="EncryptionBit">The address bit that marks an encrypted page (SEV-SNP).</param>
/// <param name="QuoteSocket">Socket path of the Quote Generation Service (TDX); null for its vsock port.</param>
internal sealed record ConfidentialSpec(ConfidentialTechnique Technique, int EncryptionBit, string? QuoteSocket);
