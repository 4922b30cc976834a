namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the TPM and its state.</summary>
internal static class TpmOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Host,
            "--tpm",
            null,
            "BOOL|auto",
            "TPM 2.0 by swtpm: required, none, or if installed",
            TristateText.Parse,
            (options, tpm) => options with { Tpm = tpm },
            "auto",
            "yes",
            "no",
            "auto"),
        Declare.Value(
            Topic.Host,
            "--tpm-state",
            null,
            "auto|off|PATH",
            "Keep it in IMAGE.tpmstate, not at all, or in PATH",
            StatePlaceText.Parse,
            (options, place) => options with { TpmState = place },
            "auto",
            "auto",
            "off"),
    ];
}
