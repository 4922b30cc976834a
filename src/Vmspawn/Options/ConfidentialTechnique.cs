namespace Vmspawn.Options;

/// <summary>A processor feature for confidential guests, and what it requires of QEMU and the firmware.</summary>
internal sealed record ConfidentialTechnique
{
    public static ConfidentialTechnique SevSnp { get; } = new()
    {
        Kind = ConfidentialGuest.SevSnp,
        Name = "SEV-SNP",
        FirmwareFeature = "amd-sev-snp",
        FirmwareHint = "install OVMF built for it, such as Debian's ovmf-amdsev",
        ObjectType = "sev-snp-guest",
        FirstQemu = "9.1",
        // The oldest model with SEV-SNP; model "host" would show features that are not available to SEV guests.
        CpuModel = "EPYC-v4",
    };

    public static ConfidentialTechnique Tdx { get; } = new()
    {
        Kind = ConfidentialGuest.Tdx,
        Name = "TDX",
        FirmwareFeature = "intel-tdx",
        FirmwareHint = "install OVMF built for it, such as Debian's ovmf-inteltdx; --secure-boot=yes takes one that enforces Secure Boot",
        ObjectType = "tdx-guest",
        FirstQemu = "10.1",
        CpuModel = "host",
        MeasuresSmbios = true,
    };

    /// <summary>All features.</summary>
    public static IReadOnlyList<ConfidentialTechnique> All { get; } = [SevSnp, Tdx];

    public required ConfidentialGuest Kind { get; init; }

    /// <summary>Its name in messages.</summary>
    public required string Name { get; init; }

    /// <summary>Its feature name in firmware descriptors.</summary>
    public required string FirmwareFeature { get; init; }

    /// <summary>Where to get such firmware.</summary>
    public required string FirmwareHint { get; init; }

    /// <summary>QEMU's object type for it.</summary>
    public required string ObjectType { get; init; }

    /// <summary>The first QEMU version with this object.</summary>
    public required string FirstQemu { get; init; }

    /// <summary>The guest's CPU model.</summary>
    public required string CpuModel { get; init; }

    /// <summary>Whether the firmware measures SMBIOS tables, so that the guest's systemd trusts them; otherwise it trusts only what is hashed with the kernel.</summary>
    public bool MeasuresSmbios { get; init; }

    /// <summary>The option with its value.</summary>
    public string Option => $"--coco={OptionWords.Of(Kind)}";

    /// <summary>The feature of this kind, or null for none.</summary>
    public static ConfidentialTechnique? Of(ConfidentialGuest kind) => All.FirstOrDefault(technique => technique.Kind == kind);
}
