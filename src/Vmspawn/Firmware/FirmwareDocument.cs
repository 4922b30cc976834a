using System.Text.Json.Serialization;

namespace Vmspawn.Firmware;

/// <summary>A firmware descriptor as parsed from JSON (QEMU, docs/interop/firmware.json), not checked yet.</summary>
internal sealed class FirmwareDocument
{
    public string? Description { get; init; }
    public IReadOnlyList<string?>? InterfaceTypes { get; init; }
    public MappingDocument? Mapping { get; init; }
    public IReadOnlyList<TargetDocument?>? Targets { get; init; }
    public IReadOnlyList<string?>? Features { get; init; }
    public IReadOnlyList<string?>? Tags { get; init; }
}

/// <summary>The member <c>mapping</c>: where the machine finds the firmware.</summary>
internal sealed class MappingDocument
{
    public string? Device { get; init; }
    public string? Mode { get; init; }
    public FileDocument? Executable { get; init; }
    public FileDocument? NvramTemplate { get; init; }
    public string? Filename { get; init; }
}

/// <summary>A file for a flash chip.</summary>
internal sealed class FileDocument
{
    public string? Filename { get; init; }
    public string? Format { get; init; }
}

/// <summary>The machine types of one architecture.</summary>
internal sealed class TargetDocument
{
    public string? Architecture { get; init; }
    public IReadOnlyList<string?>? Machines { get; init; }
}

/// <summary>Source-generated serialisation, because trimming removes what reflection needs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FirmwareDocument))]
internal sealed partial class FirmwareJson : JsonSerializerContext;
