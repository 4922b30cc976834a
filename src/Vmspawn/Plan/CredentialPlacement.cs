using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>How a credential is passed to the guest (systemd(1), "System Credentials").</summary>
internal enum CredentialTransport
{
    /// <summary>A string of SMBIOS type 11, from a file in memory.</summary>
    Smbios,

    /// <summary>A file of QEMU's firmware configuration device.</summary>
    FwCfg,

    /// <summary>A kernel argument, which every user in the guest and on the host can read: for public credentials only.</summary>
    KernelCommandLine,

    /// <summary>A file in an archive that is appended to the initrd and measured with it.</summary>
    Initrd,
}

/// <summary>A credential and its transport.</summary>
internal sealed record PlacedCredential(CredentialSpec Credential, CredentialTransport Transport);

/// <summary>Assigns transports to credentials: SMBIOS if the guest has it and there is room, then fw_cfg, then for public ones the kernel command line.</summary>
/// <param name="Placed">In the order given.</param>
/// <param name="Unplaced">Those that no transport can pass.</param>
internal sealed record CredentialPlacement(IReadOnlyList<PlacedCredential> Placed, IReadOnlyList<CredentialSpec> Unplaced)
{
    private const string FwCfgPrefix = "opt/io.systemd.credentials/";

    /// <summary>QEMU's FW_CFG_MAX_FILE_PATH without the NUL.</summary>
    private const int LongestFwCfgKey = 55;

    /// <summary>The longest credential name for fw_cfg.</summary>
    public static int LongestFwCfgName => LongestFwCfgKey - FwCfgPrefix.Length;

    /// <summary>The limit for credentials in SMBIOS: all tables together have at most 65535 bytes in SMBIOS 2 (QEMU: "SMBIOS 2.1 table length … exceeds 65535"); the rest is for other tables.</summary>
    private const int SmbiosRoom = 48 << 10;

    /// <summary>Half of Linux's limit on x86.</summary>
    private const int CommandLineRoom = 1 << 10;

    /// <summary>The fw_cfg files that QEMU and firmware usually create, and those that always fit in addition (FW_CFG_FILE_SLOTS_DFLT is 32).</summary>
    private const int UsualFwCfgSlots = 32, FreeFwCfgSlots = 8;

    /// <summary>The maximum number in fw_cfg: the guest reads the whole directory at each lookup.</summary>
    public const int MostInFwCfg = 512;

    /// <summary>The number of slots that fw_cfg needs, or null when QEMU's default suffices: QEMU aborts when there are too few.</summary>
    public int? FwCfgSlots => By(CredentialTransport.FwCfg).Count() is > FreeFwCfgSlots and var count ? UsualFwCfgSlots + count : null;

    public static CredentialPlacement For(MachineSpec spec) => spec.Confidential switch
    {
        null => For(spec.Credentials, SmbiosReach.Reaches(spec)),
        { Technique.MeasuresSmbios: false } => new([.. spec.Credentials.Select(credential => new PlacedCredential(credential, CredentialTransport.Initrd))], []),
        _ => For(spec.Credentials, hasSmbios: true, onlySmbios: true),
    };

    /// <summary>Places small credentials first, so that a large one does not displace small ones, and optional ones last.</summary>
    /// <param name="credentials">In the order given.</param>
    /// <param name="hasSmbios">SMBIOS strings reach the guest.</param>
    /// <param name="onlySmbios">The guest trusts nothing else.</param>
    public static CredentialPlacement For(IReadOnlyList<CredentialSpec> credentials, bool hasSmbios, bool onlySmbios = false)
    {
        var transports = new CredentialTransport?[credentials.Count];
        var (smbios, slots, commandLine) = (hasSmbios ? SmbiosRoom : 0, onlySmbios ? 0 : MostInFwCfg, onlySmbios ? 0 : CommandLineRoom);
        foreach (var i in Enumerable.Range(0, credentials.Count).OrderBy(i => credentials[i].IsOptional).ThenBy(i => SmbiosText(credentials[i]).Length))
        {
            var credential = credentials[i];
            if (SmbiosText(credential).Length is var length && length <= smbios)
            {
                transports[i] = CredentialTransport.Smbios;
                smbios -= length;
            }
            else if (FwCfgKey(credential).Length <= LongestFwCfgKey && slots-- > 0)
            {
                transports[i] = CredentialTransport.FwCfg;
            }
            else if (credential.IsPublic && KernelWord(credential).Length is var word && word <= commandLine)
            {
                transports[i] = CredentialTransport.KernelCommandLine;
                commandLine -= word;
            }
        }

        var placed = credentials.Zip(transports).Where(pair => pair.Second is not null).Select(pair => new PlacedCredential(pair.First, pair.Second!.Value));
        return new CredentialPlacement([.. placed], [.. credentials.Zip(transports).Where(pair => pair is { Second: null, First.IsOptional: false }).Select(pair => pair.First)]);
    }

    public IEnumerable<CredentialSpec> By(CredentialTransport transport) =>
        Placed.Where(placed => placed.Transport == transport).Select(placed => placed.Credential);

    public static string SmbiosText(CredentialSpec credential) =>
        $"io.systemd.credential.binary:{credential.Id}={Convert.ToBase64String(credential.Value.Span)}";

    public static string FwCfgKey(CredentialSpec credential) => FwCfgPrefix + credential.Id;

    public static string KernelWord(CredentialSpec credential) =>
        $"systemd.set_credential_binary={credential.Id}:{Convert.ToBase64String(credential.Value.Span)}";
}
