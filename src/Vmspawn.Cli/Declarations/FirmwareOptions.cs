using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for firmware and its variables.</summary>
internal static class FirmwareOptions
{
    public const string Firmware = "--firmware";
    public const string Features = "--firmware-features";

    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Boot,
            Firmware,
            null,
            "WORD|PATH",
            "auto, uefi, bios, none, or a descriptor; list and describe show what there is",
            FirmwareText.Parse,
            (options, request) => request.Kind is { } kind ? options with { Firmware = kind, FirmwareDescriptor = request.Descriptor } : options,
            "auto",
            FirmwareText.Words),
        Declare.Value(
            Topic.Boot,
            Features,
            null,
            "LIST",
            "Features that UEFI firmware must have, or ~must not; repeatable; list shows all",
            FirmwareFeaturesText.Parse,
            (options, request) => options with { FirmwareFeatures = request is null ? FirmwareFeatures.Any : options.FirmwareFeatures.And(request) },
            "~enrolled-keys",
            FirmwareFeatures.SecureBoot,
            FirmwareFeatures.EnrolledKeys,
            FirmwareFeaturesText.List),
        Declare.Value(
            Topic.Boot,
            "--secure-boot",
            null,
            "BOOL|auto",
            "Firmware with Secure Boot",
            TristateText.Parse,
            (options, request) => options with { FirmwareFeatures = options.FirmwareFeatures.With(FirmwareFeatures.SecureBoot, request) },
            "auto",
            "yes",
            "no",
            "auto"),
        Declare.Value(
            Topic.Boot,
            "--efi-nvram-state",
            null,
            "auto|off|PATH",
            "EFI variables: in IMAGE.efinvramstate, discarded, or in PATH",
            StatePlaceText.Parse,
            (options, place) => options with { EfiNvramState = place },
            "auto",
            "auto",
            "off"),
        Declare.Path(
            Topic.Boot,
            "--efi-nvram-template",
            null,
            "PATH",
            "The initial EFI variables",
            (options, path) => options with { EfiNvramTemplate = path }),
    ];
}
