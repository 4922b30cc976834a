using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>How a credential gets into the guest (systemd(1), "System Credentials").</summary>
internal enum CredentialTransport
{
    /// <summary>A string of SMBIOS type 11, from a file in memory.</summary>
    Smbios,

    /// <summary>A file of QEMU's firmware configuration device.</summary>
    FwCfg,

    /// <summary>A word of the kernel command line, which everybody in the guest and on the host can read: for public ones alone.</summary>
    KernelCommandLine,

    /// <summary>A file of an archive behind the initrd, which is measured with it.</summary>
    Initrd,
}

/// <summary>A credential with the way it goes.</summary>
internal sealed record PlacedCredential(CredentialSpec Credential, CredentialTransport Transport);

/// <summary>Which credential goes which way: SMBIOS where the guest has it and there is room, then fw_cfg, then for public ones the kernel command line.</summary>
/// <param name="Placed">In the order given.</param>
/// <param name="Unplaced">Those that no way can carry.</param>
internal sealed record CredentialPlacement(IReadOnlyList<PlacedCredential> Placed, IReadOnlyList<CredentialSpec> Unplaced)
{
    private const string FwCfgPrefix = "opt/io.systemd.credentials/";

    /// <summary>FW_CFG_MAX_FILE_PATH of QEMU less its closing NUL.</summary>
    private const int LongestFwCfgKey = 55;

    /// <summary>The longest name of a credential that fits into it.</summary>
    public static int LongestFwCfgName => LongestFwCfgKey - FwCfgPrefix.Length;

    /// <summary>All tables together have 65535 bytes in SMBIOS 2 (QEMU: "SMBIOS 2.1 table length … exceeds 65535"); the rest is for those that are not ours.</summary>
    private const int SmbiosRoom = 48 << 10;

    /// <summary>Half of what Linux takes on x86.</summary>
    private const int CommandLineRoom = 1 << 10;

    /// <summary>Files of fw_cfg that QEMU itself and firmware for it make, and those of ours that always fit beside them (FW_CFG_FILE_SLOTS_DFLT is 32).</summary>
    private const int UsualFwCfgSlots = 32, FreeFwCfgSlots = 8;

    /// <summary>More than this many are refused: the guest reads the directory of all of them at each look-up.</summary>
    public const int MostInFwCfg = 512;

    /// <summary>The slots that fw_cfg must have for all of them, or null where QEMU's own number will do: QEMU aborts when there are too few.</summary>
    public int? FwCfgSlots => By(CredentialTransport.FwCfg).Count() is > FreeFwCfgSlots and var count ? UsualFwCfgSlots + count : null;

    public static CredentialPlacement For(MachineSpec spec) => spec.Confidential switch
    {
        null => For(spec.Credentials, SmbiosReach.Reaches(spec)),
        { Technique.MeasuresSmbios: false } => new([.. spec.Credentials.Select(credential => new PlacedCredential(credential, CredentialTransport.Initrd))], []),
        _ => For(spec.Credentials, hasSmbios: true, onlySmbios: true),
    };

    /// <summary>Small ones first, so that a large one does not push a small one out.</summary>
    /// <param name="credentials">In the order given.</param>
    /// <param name="hasSmbios">SMBIOS strings reach the guest.</param>
    /// <param name="onlySmbios">The guest believes nothing else.</param>
    public static CredentialPlacement For(IReadOnlyList<CredentialSpec> credentials, bool hasSmbios, bool onlySmbios = false)
    {
        var transports = new CredentialTransport?[credentials.Count];
        var (smbios, slots, commandLine) = (hasSmbios ? SmbiosRoom : 0, onlySmbios ? 0 : MostInFwCfg, onlySmbios ? 0 : CommandLineRoom);
        foreach (var i in Enumerable.Range(0, credentials.Count).OrderBy(i => SmbiosText(credentials[i]).Length))
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
        return new CredentialPlacement([.. placed], [.. credentials.Zip(transports).Where(pair => pair.Second is null).Select(pair => pair.First)]);
    }

    public IEnumerable<CredentialSpec> By(CredentialTransport transport) =>
        Placed.Where(placed => placed.Transport == transport).Select(placed => placed.Credential);

    public static string SmbiosText(CredentialSpec credential) =>
        $"io.systemd.credential.binary:{credential.Id}={Convert.ToBase64String(credential.Value.Span)}";

    public static string FwCfgKey(CredentialSpec credential) => FwCfgPrefix + credential.Id;

    public static string KernelWord(CredentialSpec credential) =>
        $"systemd.set_credential_binary={credential.Id}:{Convert.ToBase64String(credential.Value.Span)}";
}
