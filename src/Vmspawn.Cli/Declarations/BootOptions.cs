using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>What starts the guest.</summary>
internal static class BootOptions
{
    private static readonly (string Word, FirmwareKind Value)[] Firmwares =
        [("auto", FirmwareKind.Auto), ("bios", FirmwareKind.Bios), ("none", FirmwareKind.None)];

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
        Firmware(),
        Declare.Value(
            Topic.Boot,
            "--smbios11",
            's',
            "STRING",
            "SMBIOS type 11 string; repeatable",
            SmbiosText.Parse,
            (options, text) => options with { Smbios11 = text.Length == 0 ? [] : [.. options.Smbios11, text] }),
    ];

    private static VmOption Firmware()
    {
        const string Name = "--firmware";
        return new VmOption(Name, "auto|bios|none")
        {
            Topic = Topic.Boot,
            Description = "What starts first; none needs --linux=",
            Default = "auto",
            Words = ["auto", "bios", "none"],
            Set = (options, value, problems) => SetFirmware(options, Name, value, problems),
        };
    }

    // A path is known by its slash, which no word has.
    private static VmOptions SetFirmware(VmOptions options, string name, string value, ICollection<Problem> problems)
    {
        var later = value switch
        {
            "uefi" => "UEFI firmware is",
            "list" => "listing firmware is",
            "describe" => "describing firmware is",
            _ when value.Contains('/') => "a firmware descriptor is",
            _ => null,
        };
        if (later is not null)
        {
            problems.Add(Declare.NotYet($"{name}={value}", later, "use auto, bios or none"));
            return options;
        }

        var firmware = ChoiceText.Parse(value.Length == 0 ? "auto" : value, Firmwares);
        if (firmware.Mistake is { } mistake)
        {
            problems.Add(mistake.About($"{name}={value}"));
            return options;
        }

        return options with { Firmware = firmware.Value };
    }
}
