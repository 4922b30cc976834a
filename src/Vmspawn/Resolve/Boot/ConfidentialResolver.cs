using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Checks whether the host supports a confidential guest, and adapts other options to it.</summary>
internal static class ConfidentialResolver
{
    /// <summary>The bit of every EPYC so far that has SEV-SNP.</summary>
    private const int UsualEncryptionBit = 51;

    /// <summary>Why this host or this QEMU cannot start such a guest; null when they can.</summary>
    public static Problem? WhyNot(ConfidentialTechnique technique, HostInventory inventory)
    {
        if (inventory.Platform != Platform.X86)
            return new Problem("confidential-architecture", technique.Option, $"the guest's processor is {inventory.Platform.Name}, and only x86_64 has {technique.Name}");
        if (inventory.Confidential().WhyNot(technique) is { } reason)
            return new Problem("confidential-host", technique.Option, $"this host has no {technique.Name} for its guests: {reason}", "leave it out for a guest that the host can read");
        return inventory.Qemu.Objects.Contains(technique.ObjectType)
            ? null
            : new Problem("confidential-qemu", technique.Option,
                $"{inventory.Qemu.Path} is QEMU {inventory.Qemu.Version} without {technique.ObjectType}", $"install QEMU {technique.FirstQemu} or later");
    }

    /// <summary>The options with the consequence for the firmware: keys cannot be enrolled later, so Secure Boot requires firmware with keys.</summary>
    public static VmOptions Apply(VmOptions options, ConfidentialTechnique technique)
    {
        var features = options.FirmwareFeatures.With(technique.FirmwareFeature, Tristate.Yes);
        return options with
        {
            Firmware = FirmwareKind.Uefi,
            FirmwareFeatures = features.Required.Contains(FirmwareFeatures.SecureBoot) ? features.With(FirmwareFeatures.EnrolledKeys, Tristate.Yes) : features,
        };
    }

    /// <summary>The same as <see cref="ConfidentialRules"/> for an image that was found by its name, which the options do not contain.</summary>
    public static void CheckKernel(VmOptions options, ConfidentialTechnique technique, KernelSpec? kernel, List<Problem> problems)
    {
        if (kernel is null && !technique.MeasuresSmbios && (options.Linux ?? options.BootEntry ?? options.Directory) is null)
            problems.Add(new Problem("confidential-without-kernel", technique.Option, ConfidentialRules.NeedsKernel, ConfidentialRules.KernelHint));
    }

    public static ConfidentialSpec Spec(ConfidentialTechnique technique, ConfidentialHost host) =>
        new(technique, host.EncryptionBit ?? UsualEncryptionBit, host.QuoteSocket);
}
