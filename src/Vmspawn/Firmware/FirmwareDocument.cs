using System.Text.Json.Serialization;

namespace Vmspawn.Firmware;

/// <summary>A firmware descriptor as its file has it (QEMU, docs/interop/firmware.json); nothing is checked yet.</summary>
internal sealed class FirmwareDocument
{
    public string? Description { get; init; }
    public IReadOnlyList<string?>? InterfaceTypes { get; init; }
    public MappingDocument? Mapping { get; init; }
    public IReadOnlyList<TargetDocument?>? Targets { get; init; }
    public IReadOnlyList<string?>? Features { get; init; }
    public IReadOnlyList<string?>? Tags { get; init; }
}

/// <summary>Where the machine finds the firmware.</summary>
internal sealed class MappingDocument
{
    public string? Device { get; init; }
    public string? Mode { get; init; }
    public FileDocument? Executable { get; init; }
    public FileDocument? NvramTemplate { get; init; }
    public string? Filename { get; init; }
}

/// <summary>A file that goes into a flash chip.</summary>
internal sealed class FileDocument
{
    public string? Filename { get; init; }
    public string? Format { get; init; }
}

/// <summary>Machines of one architecture.</summary>
internal sealed class TargetDocument
{
    public string? Architecture { get; init; }
    public IReadOnlyList<string?>? Machines { get; init; }
}

/// <summary>Generated readers and writers: reflection does not survive trimming.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FirmwareDocument))]
internal sealed partial class FirmwareJson : JsonSerializerContext;
