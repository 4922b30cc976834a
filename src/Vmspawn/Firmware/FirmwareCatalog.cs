namespace Vmspawn.Firmware;

/// <summary>The firmware of this host for one kind of machine.</summary>
/// <param name="Descriptors">In the order of preference; those for other machines included, when they come from descriptors.</param>
/// <param name="Damaged">Descriptor files that cannot be used: each with its reason, <c>PATH: WHY</c>.</param>
/// <param name="LookedAt">The directories where it was looked for.</param>
internal sealed record FirmwareCatalog(
    IReadOnlyList<FirmwareDescriptor> Descriptors, IReadOnlyList<string> Damaged, IReadOnlyList<string> LookedAt)
{
    /// <summary>Looks at all descriptors, and at well-known places when no descriptor is for such a machine and none was masked.</summary>
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

    /// <summary>Every feature of any of them, sorted.</summary>
    public IReadOnlyList<string> Features(FirmwarePlatform platform) =>
        [.. Descriptors.Where(descriptor => descriptor.Starts(platform)).SelectMany(descriptor => descriptor.Features).Distinct().Order(StringComparer.Ordinal)];
}
