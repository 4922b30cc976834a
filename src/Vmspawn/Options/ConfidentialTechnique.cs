namespace Vmspawn.Options;

/// <summary>One of the processors' ways to keep a host from reading its guest, and what it takes of everything else.</summary>
internal sealed record ConfidentialTechnique
{
    /// <summary>The word for none of them.</summary>
    public const string Off = "no";

    /// <summary>The values of <c>--coco=</c>; an empty one takes an earlier one back.</summary>
    public static (string Word, ConfidentialGuest Value)[] Words { get; } =
    [
        (Off, ConfidentialGuest.No),
        ("sev-snp", ConfidentialGuest.SevSnp),
        ("tdx", ConfidentialGuest.Tdx),
        ("", ConfidentialGuest.No),
    ];

    public static ConfidentialTechnique SevSnp { get; } = new()
    {
        Kind = ConfidentialGuest.SevSnp,
        Name = "SEV-SNP",
        FirmwareFeature = "amd-sev-snp",
        FirmwareHint = "install OVMF built for it, such as Debian's ovmf-amdsev",
        ObjectType = "sev-snp-guest",
        FirstQemu = "9.1",
        // The oldest that has it; the host's own would show the guest features that its encrypted state cannot have.
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

    /// <summary>Each of them.</summary>
    public static IReadOnlyList<ConfidentialTechnique> All { get; } = [SevSnp, Tdx];

    public required ConfidentialGuest Kind { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>What firmware descriptors call it.</summary>
    public required string FirmwareFeature { get; init; }

    /// <summary>Where such firmware comes from.</summary>
    public required string FirmwareHint { get; init; }

    /// <summary>QEMU's object for it.</summary>
    public required string ObjectType { get; init; }

    /// <summary>The QEMU that had the object first.</summary>
    public required string FirstQemu { get; init; }

    /// <summary>The processor that the guest sees.</summary>
    public required string CpuModel { get; init; }

    /// <summary>The firmware measures SMBIOS tables, so that the guest's systemd believes them; else only what is hashed with the kernel counts.</summary>
    public bool MeasuresSmbios { get; init; }

    /// <summary>As the user asked for it.</summary>
    public string Option => $"--coco={ChoiceText.Word(Kind, Words)}";

    /// <summary>The one that is wished, or null for none.</summary>
    public static ConfidentialTechnique? Of(ConfidentialGuest kind) => All.FirstOrDefault(technique => technique.Kind == kind);
}
