using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Determines the firmware and where its variables are kept.</summary>
internal sealed class FirmwareResolver(
    VmOptions options, FirmwarePlatform platform, FirmwarePlaces places, List<Problem> problems, List<string> notices)
{
    private readonly ConfidentialTechnique? _technique = ConfidentialTechnique.Of(options.Confidential);

    /// <summary>The firmware; null for the platform's default, and when there is a problem.</summary>
    /// <param name="kernel">The kernel to boot, or null to boot from a disk.</param>
    /// <param name="root">The root disk, or null.</param>
    /// <param name="cancel">Cancels the wait for a lock.</param>
    public async Task<FirmwareSpec?> ResolveAsync(KernelSpec? kernel, DriveSpec? root, CancellationToken cancel)
    {
        if (Kind(kernel) != FirmwareKind.Uefi)
        {
            RefuseVariables();
            return null;
        }

        if (Find(kernel) is not { } descriptor)
            return null;
        return new FirmwareSpec
        {
            Origin = descriptor.Origin,
            Mapping = _technique is null ? descriptor.Mapping : ConfidentialFirmware.InMemory(descriptor.Mapping),
            Nvram = await new NvramResolver(options, () => FirmwareCatalog.Of(platform, places), problems, notices).ResolveAsync(descriptor, root, cancel).ConfigureAwait(false),
            NeedsSmm = descriptor.Features.Contains("requires-smm"),
            ProtectsVariables = descriptor.Features.Contains("requires-smm") && descriptor.Features.Contains(FirmwareFeatures.SecureBoot),
        };
    }

    /// <summary>The descriptor that the user named, else the best one; null with a problem or a notice.</summary>
    public FirmwareDescriptor? Find(KernelSpec? kernel) =>
        options.FirmwareDescriptor is { } path ? Given(path) : Chosen(kernel);

    /// <summary>The kind of firmware in place of auto: UEFI, unless the kernel is one that UEFI cannot start.</summary>
    private FirmwareKind Kind(KernelSpec? kernel) => options.Firmware != FirmwareKind.Auto ? options.Firmware
        : kernel is { IsPe: false } ? FirmwareKind.None
        : FirmwareKind.Uefi;

    private FirmwareDescriptor? Given(string path)
    {
        var subject = $"--firmware={path}";
        if (DescriptorFile.Read(Path.GetFullPath(path), out var error) is not { } descriptor)
        {
            problems.Add(new Problem("firmware-descriptor", subject, error!, "vmspawn --firmware=list shows the installed ones"));
            return null;
        }

        if ((FirmwareChoice.WhyNot(descriptor, platform) ?? WhyNotConfidential(descriptor)) is not { } reason)
            return descriptor;
        problems.Add(new Problem("firmware-unusable", subject, reason, "vmspawn --firmware=describe shows the one that would be chosen"));
        return null;
    }

    private string? WhyNotConfidential(FirmwareDescriptor descriptor) => _technique is null ? null
        : descriptor.Features.Contains(_technique.FirmwareFeature) ? ConfidentialFirmware.WhyNot(descriptor)
        : $"it lacks {_technique.FirmwareFeature}, which {_technique.Option} needs";

    private FirmwareDescriptor? Chosen(KernelSpec? kernel)
    {
        var catalog = FirmwareCatalog.Of(platform, places);
        var choice = FirmwareChoice.Of(catalog, platform, options.FirmwareFeatures, options.EfiNvramState.Path is not null, _technique is not null);
        if (choice.Descriptor is { } descriptor)
            return descriptor;
        // A kernel with an EFI stub also boots without firmware, except a unified kernel image.
        if (options.Firmware == FirmwareKind.Auto && kernel is { IsUki: false } && choice.PassedOver.Count == 0)
        {
            notices.Add($"starting the kernel without firmware: no UEFI firmware for {platform.Architecture} is installed");
            RefuseVariables();
            return null;
        }

        problems.Add(FirmwareProblem.NothingFits(options, platform, catalog, choice));
        return null;
    }

    /// <summary>Options about EFI variables require UEFI.</summary>
    private void RefuseVariables()
    {
        if (options.EfiNvramTemplate is { } template)
            problems.Add(NoVariables($"--efi-nvram-template={template}"));
        if (options.EfiNvramState.Path is { } state)
            problems.Add(NoVariables($"--efi-nvram-state={state}"));
    }

    private static Problem NoVariables(string subject) =>
        new("no-efi-variables", subject, "there are no EFI variables without UEFI firmware", "use --firmware=uefi");
}
