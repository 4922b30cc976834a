using System.Runtime.InteropServices;
using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Answers queries about the host's firmware.</summary>
internal sealed class InstalledFirmware(FirmwarePlatform platform, FirmwarePlaces places)
{
    /// <summary>Examines the host; null with the reasons in <paramref name="problems"/>.</summary>
    /// <param name="architecture">The guest's, or null for the host's.</param>
    /// <param name="process">The process's environment.</param>
    /// <param name="needsQemu">Whether the answer depends on the QEMU binary, whose machine types descriptors name.</param>
    /// <param name="problems">Receives the reasons.</param>
    /// <param name="cancel">Cancels the queries to QEMU.</param>
    public static async Task<InstalledFirmware?> LookAsync(
        Architecture? architecture, ProcessContext process, bool needsQemu, List<Problem> problems, CancellationToken cancel)
    {
        var before = problems.Count;
        if (HostInventory.FindPlatform(architecture, problems) is not { } platform)
            return null;
        var qemu = await HostInventory.LookAtQemuAsync(platform, process, problems, cancel);
        if (qemu is null && needsQemu)
            return null;
        problems.RemoveRange(before, problems.Count - before);
        return new InstalledFirmware(FirmwarePlatform.Of(platform, qemu), FirmwarePlaces.Of(process.Environment, qemu));
    }

    /// <summary>The paths of all descriptors in effect, in the order of preference.</summary>
    public IReadOnlyList<string> List(List<string> notices)
    {
        var files = DescriptorFiles.List(places.Descriptors);
        if (files.Paths.Count > 0)
            return files.Paths;
        var found = FirmwareCatalog.Of(platform, places);
        notices.Add(found.Descriptors.Count == 0
            ? $"no firmware is installed: looked at {string.Join(", ", found.LookedAt)}"
            : $"no descriptor is installed; without one there is {string.Join(", ", found.Descriptors.Select(firmware => firmware.Origin))}");
        return [];
    }

    /// <summary>The features of all firmware for such machines.</summary>
    public IReadOnlyList<string> Features() => FirmwareCatalog.Of(platform, places).Features(platform);

    /// <summary>The JSON text of the descriptor that would be chosen; null with the reason in <paramref name="problems"/>.</summary>
    public ReadOnlyMemory<byte>? Describe(VmOptions options, List<Problem> problems) =>
        new FirmwareResolver(RequireUefi(options), platform, places, problems, []).Find(kernel: null)?.Json;

    private static VmOptions RequireUefi(VmOptions options)
    {
        var uefi = options with { Firmware = FirmwareKind.Uefi };
        return ConfidentialTechnique.Of(options.Confidential) is { } technique ? ConfidentialResolver.Apply(uefi, technique) : uefi;
    }
}
