using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>What starts the guest.</summary>
internal static class BootOptions
{
    private static readonly (string Word, FirmwareKind Value)[] Firmwares =
        [("auto", FirmwareKind.Auto), ("bios", FirmwareKind.Bios), ("none", FirmwareKind.None), ("", FirmwareKind.Auto)];

    public static VmOption[] All() =>
    [
        Declare.Path(Topic.Boot, "--linux", null, "PATH", "Kernel to boot directly", (options, path) => options with { Linux = path }),
        Declare.Path(
            Topic.Boot,
            "--initrd",
            null,
            "PATH",
            "Its initrd; repeatable, they are joined",
            (options, path) => options with { Initrds = path is null ? [] : [.. options.Initrds, path] }),
        Declare.Choice(
            Topic.Boot,
            "--firmware",
            "auto|bios|none",
            "What starts first; none needs --linux=",
            "auto",
            Firmwares,
            (options, firmware) => options with { Firmware = firmware },
            NotYet),
        Declare.Value(
            Topic.Boot,
            "--smbios11",
            's',
            "STRING",
            "SMBIOS type 11 string; repeatable",
            SmbiosText.Parse,
            (options, text) => options with { Smbios11 = text.Length == 0 ? [] : [.. options.Smbios11, text] }),
    ];

    // A descriptor's path is known by its slash, which no word has.
    private static string? NotYet(string value) => value switch
    {
        "uefi" => "UEFI firmware is",
        "list" => "listing firmware is",
        "describe" => "describing firmware is",
        _ => value.Contains('/') ? "a firmware descriptor is" : null,
    };
}
