namespace Vmspawn.Firmware;

/// <summary>The firmware installed on the host for one platform.</summary>
/// <param name="Descriptors">In order of preference; includes those for other machines when they come from descriptor files.</param>
/// <param name="Damaged">Unusable descriptor files, each with the reason: <c>PATH: WHY</c>.</param>
/// <param name="LookedAt">The directories searched.</param>
internal sealed record FirmwareCatalog(
    IReadOnlyList<FirmwareDescriptor> Descriptors, IReadOnlyList<string> Damaged, IReadOnlyList<string> LookedAt)
{
    /// <summary>Reads all descriptors; also searches the well-known places when no descriptor is for the platform and none was masked.</summary>
    public static FirmwareCatalog Of(FirmwarePlatform platform, FirmwarePlaces places)
    {
        var files = DescriptorFiles.List(places.Descriptors);
        var descriptors = new List<FirmwareDescriptor>();
        var damaged = new List<string>();
        foreach (var path in files.Paths)
        {
            if (DescriptorFile.Read(path, out var error) is { } descriptor)
                descriptors.Add(descriptor);
            else
                damaged.Add($"{path}: {error}");
        }

        if (files.Masked.Count > 0 || descriptors.Any(descriptor => descriptor.Starts(platform)))
            return new FirmwareCatalog(descriptors, damaged, places.Descriptors);
        return new FirmwareCatalog(
            WellKnownFirmware.Find(platform, places),
            damaged,
            [.. places.Descriptors.Union(WellKnownFirmware.Directories(platform.Architecture, places))]);
    }

    /// <summary>All features of any of them, sorted.</summary>
    public IReadOnlyList<string> Features(FirmwarePlatform platform) =>
        [.. Descriptors.Where(descriptor => descriptor.Starts(platform)).SelectMany(descriptor => descriptor.Features).Distinct().Order(StringComparer.Ordinal)];
}
