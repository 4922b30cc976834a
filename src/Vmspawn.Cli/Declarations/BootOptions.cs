namespace Vmspawn.Cli.Declarations;

/// <summary>Options about how the guest boots.</summary>
internal static class BootOptions
{
    public static VmOption[] All() =>
    [
        Declare.Path(Topic.Boot, "--linux", null, "PATH", "Kernel to boot directly", (options, path) => options with { Linux = path }),
        Declare.Path(
            Topic.Boot,
            "--initrd",
            null,
            "PATH",
            "Its initrd; repeatable, concatenated",
            (options, path) => options with { Initrds = path is null ? [] : [.. options.Initrds, path] }),
        Declare.Value(
            Topic.Boot,
            "--boot-entry",
            null,
            "ID|auto",
            "Directly boot the image's own kernel",
            BootEntryText.Parse,
            (options, entry) => options with { BootEntry = entry },
            null,
            "auto"),
        Declare.Value(
            Topic.Boot,
            "--smbios11",
            's',
            "STRING",
            "SMBIOS type 11 string; repeatable",
            SmbiosText.Parse,
            (options, text) => options with { Smbios11 = text.Length == 0 ? [] : [.. options.Smbios11, text] }),
    ];
}
