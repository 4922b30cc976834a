using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>The problem that there is no suitable UEFI firmware, with the reasons and the places searched.</summary>
internal static class FirmwareProblem
{
    public static Problem NothingFits(
        VmOptions options, FirmwarePlatform platform, FirmwareCatalog catalog, FirmwareChoice choice)
    {
        var request = options.FirmwareFeatures.ToString();
        var technique = ConfidentialTechnique.Of(options.Confidential);
        var subject = technique is not null ? technique.Option : options.Firmware == FirmwareKind.Auto ? "UEFI firmware" : "--firmware=uefi";
        var lookedAt = $"looked at {string.Join(", ", catalog.LookedAt)}";
        if (choice.PassedOver.Count == 0)
        {
            var damaged = catalog.Damaged.Count == 0 ? "" : $"; unusable: {string.Join("; ", catalog.Damaged)}";
            return new Problem("firmware-missing", subject,
                $"none for {platform.Architecture} is installed; {lookedAt}{damaged}", technique?.FirmwareHint ?? Hint(platform.Architecture));
        }

        var reasons = string.Join("; ", choice.PassedOver.Concat(catalog.Damaged));
        var withFeatures = request.Length == 0 ? "" : $" with --firmware-features={request}";
        return new Problem("firmware-unfit", subject,
            $"no firmware installed for {platform.Architecture} is suitable{withFeatures}: {reasons}; {lookedAt}",
            technique is null ? "vmspawn --firmware-features=list shows the features there are" : technique.FirmwareHint);
    }

    private static string Hint(string architecture) => architecture switch
    {
        "x86_64" => "install it: apt install ovmf, or dnf install edk2-ovmf; --firmware=bios boots a disk that needs no UEFI",
        "aarch64" => "install it: apt install qemu-efi-aarch64, or dnf install edk2-aarch64",
        _ => $"install it: apt install qemu-efi-{architecture}, or dnf install edk2-{architecture}",
    };
}
