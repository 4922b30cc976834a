using System.Runtime.InteropServices;
using System.Text;
using Vmspawn.Firmware;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn;

/// <summary>The UEFI firmware that is installed on this host for machines of one architecture.</summary>
public sealed class VmFirmware
{
    private readonly FirmwarePlatform _platform;
    private readonly FirmwarePlaces _places;
    private readonly IReadOnlyList<Problem> _problems;

    private VmFirmware(FirmwarePlatform platform, FirmwarePlaces places, IReadOnlyList<Problem> problems)
    {
        (_platform, _places, _problems) = (platform, places, problems);
        var files = DescriptorFiles.List(places.Descriptors);
        Descriptors = files.Paths;
        if (files.Paths.Count > 0)
            return;
        var found = FirmwareCatalog.Of(platform, places);
        Notice = found.Descriptors.Count == 0
            ? $"no firmware is installed: looked at {string.Join(", ", found.LookedAt)}"
            : $"no descriptor is installed; without one there is {string.Join(", ", found.Descriptors.Select(firmware => firmware.Origin))}";
    }

    /// <summary>The paths of all descriptors in effect, in the order of preference.</summary>
    public IReadOnlyList<string> Descriptors { get; }

    /// <summary>Why there are no descriptors, for users; null when there are some.</summary>
    public string? Notice { get; }

    /// <summary>Examines the host.</summary>
    /// <param name="architecture">The guest's architecture; null for the host's.</param>
    /// <param name="environment">What is read of this process; null for <see cref="VmEnvironment.OfProcess"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="VmPlanException">There is no machine for this architecture.</exception>
    public static async Task<VmFirmware> ExamineAsync(Architecture? architecture = null, VmEnvironment? environment = null, CancellationToken cancellationToken = default)
    {
        var problems = new List<Problem>();
        var process = new ProcessContext((environment ?? VmEnvironment.OfProcess).Variable, null, RandomNumber.Next);
        if (HostInventory.FindPlatform(architecture, problems) is not { } platform)
            throw new VmPlanException(problems);
        var qemu = await HostInventory.LookAtQemuAsync(platform, process, problems, cancellationToken).ConfigureAwait(false);
        return new VmFirmware(FirmwarePlatform.Of(platform, qemu), FirmwarePlaces.Of(process.Environment, qemu), qemu is null ? problems : []);
    }

    /// <summary>The features of all firmware for such machines.</summary>
    /// <exception cref="VmPlanException">There is no usable QEMU, whose machine types the descriptors name.</exception>
    public IReadOnlyList<string> ListFeatures()
    {
        RequireQemu();
        return FirmwareCatalog.Of(_platform, _places).Features(_platform);
    }

    /// <summary>The descriptor that would be chosen for options, as its JSON text.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="VmPlanException">There is none that fits, or no usable QEMU.</exception>
    public string Describe(VmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireQemu();
        var problems = new List<Problem>();
        return new FirmwareResolver(RequireUefi(options), _platform, _places, problems, []).Find(kernel: null)?.Json is { } json
            ? Encoding.UTF8.GetString(json.Span)
            : throw new VmPlanException(problems);
    }

    private static VmOptions RequireUefi(VmOptions options)
    {
        var uefi = options with { Firmware = FirmwareKind.Uefi };
        return ConfidentialTechnique.Of(options.Confidential) is { } technique ? ConfidentialResolver.Apply(uefi, technique) : uefi;
    }

    private void RequireQemu()
    {
        if (_problems.Count > 0)
            throw new VmPlanException(_problems);
    }
}
