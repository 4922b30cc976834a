using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>The choice of firmware.</summary>
/// <param name="Descriptor">The firmware, or null when none is suitable.</param>
/// <param name="PassedOver">Unsuitable firmware for the platform, each with the reason: <c>PATH: WHY</c>.</param>
internal sealed record FirmwareChoice(FirmwareDescriptor? Descriptor, IReadOnlyList<string> PassedOver)
{
    /// <summary>The feature of firmware whose variables are in a store that QEMU has to provide.</summary>
    private const string HostVariables = "host-uefi-vars";

    /// <summary>The first suitable one; one without persistent variables only when all are without.</summary>
    /// <param name="catalog">The installed firmware.</param>
    /// <param name="platform">The machine.</param>
    /// <param name="features">The required and excluded features.</param>
    /// <param name="keepsVariables">Whether persistent variables are required.</param>
    /// <param name="isConfidential">Whether it must be measured as a whole.</param>
    public static FirmwareChoice Of(
        FirmwareCatalog catalog, FirmwarePlatform platform, FirmwareFeatures features, bool keepsVariables, bool isConfidential = false)
    {
        FirmwareDescriptor? forgetful = null;
        var passedOver = new List<string>();
        foreach (var descriptor in catalog.Descriptors.Where(descriptor => descriptor.Starts(platform)))
        {
            if ((WhyNot(descriptor, platform) ?? WhyNotRequested(descriptor, features, keepsVariables)
                ?? (isConfidential ? ConfidentialFirmware.WhyNot(descriptor) : null)) is { } reason)
                passedOver.Add($"{descriptor.Origin}: {reason}");
            else if (descriptor.Mapping.Variables is not null)
                return new FirmwareChoice(descriptor, passedOver);
            else
                forgetful ??= descriptor;
        }

        return new FirmwareChoice(forgetful, passedOver);
    }

    /// <summary>Why a machine cannot be started with it, regardless of the features; null when it can.</summary>
    public static string? WhyNot(FirmwareDescriptor descriptor, FirmwarePlatform platform)
    {
        if (!descriptor.Interfaces.Contains(FirmwareDescriptor.Uefi))
            return "it is no UEFI firmware";
        if (!descriptor.Starts(platform))
            return $"it is not for {platform.Architecture} machines of type {platform.Machines[^1]}";
        if (descriptor.Mapping is UnsupportedMapping mapping)
            return $"it wants {mapping.What}, which is not supported";
        if (descriptor.Features.Contains(HostVariables))
            return "it wants a variable store of QEMU's own, which is not supported";
        if (descriptor.Mapping is not MemoryMapping && platform.WhyNoFlash is { } noFlash)
            return noFlash;
        return descriptor.Mapping.Files.FirstOrDefault(file => !File.Exists(file)) is { } missing ? $"there is no {missing}" : null;
    }

    private static string? WhyNotRequested(FirmwareDescriptor descriptor, FirmwareFeatures features, bool keepsVariables)
    {
        if (features.Required.FirstOrDefault(name => !descriptor.Features.Contains(name)) is { } lacking)
            return $"it lacks {lacking}";
        if (!features.Admit(descriptor.Features))
            return $"it has {features.Excluded.Except(features.Required).First(descriptor.Features.Contains)}";
        return keepsVariables && descriptor.Mapping.Variables is null ? "it keeps no EFI variables" : null;
    }
}
