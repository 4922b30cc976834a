using System.Text.Json;
using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>Parses firmware descriptors, which are untrusted.</summary>
internal static class DescriptorReader
{
    /// <summary>The descriptor, or null with the error, without a full stop. Accepts any bytes.</summary>
    /// <param name="origin">Path of its file.</param>
    /// <param name="json">The file's content.</param>
    /// <param name="error">The error.</param>
    public static FirmwareDescriptor? Read(string origin, ReadOnlyMemory<byte> json, out string? error)
    {
        try
        {
            var document = JsonSerializer.Deserialize(json.Span, FirmwareJson.Default.FirmwareDocument);
            var descriptor = Check(origin, json, document);
            error = null;
            return descriptor;
        }
        catch (JsonException e)
        {
            error = e.LineNumber is { } line ? $"it is no firmware descriptor: {Where(e)}line {line + 1}" : e.Message;
            return null;
        }
    }

    // The parser's message names .NET types.
    private static string Where(JsonException e) => e.Path is { Length: > 2 } path ? $"{path[2..]} in " : "unexpected text in ";

    private static FirmwareDescriptor Check(string origin, ReadOnlyMemory<byte> json, FirmwareDocument? document)
    {
        if (document is null)
            throw Wrong("it is no firmware descriptor but null");
        return new FirmwareDescriptor
        {
            Origin = origin,
            Description = document.Description ?? "",
            Interfaces = Words("interface-types", document.InterfaceTypes ?? throw Wrong("it has no interface-types")),
            Mapping = Mapping(document.Mapping ?? throw Wrong("it has no mapping")),
            Targets = [.. (document.Targets ?? throw Wrong("it has no targets")).Select(Target)],
            Features = Words("features", document.Features ?? []),
            Json = json,
        };
    }

    private static FirmwareTarget Target(TargetDocument? target) => target is { Architecture: { } architecture, Machines: { } machines }
        ? new FirmwareTarget(architecture, Words("machines", machines))
        : throw Wrong("a target lacks its architecture or machines");

    private static FirmwareMapping Mapping(MappingDocument mapping) => (mapping.Device, mapping.Mode) switch
    {
        ("flash", null or "split") => new SplitFlash(
            File("executable", mapping.Executable), File("nvram-template", mapping.NvramTemplate)),
        ("flash", "stateless") => new StatelessFlash(File("executable", mapping.Executable)),
        ("flash", "combined") => new CombinedFlash(File("executable", mapping.Executable)),
        ("flash", { } mode) => new UnsupportedMapping($"flash of mode '{mode}'"),
        ("memory", _) => new MemoryMapping(AbsolutePath("mapping", mapping.Filename)),
        ({ } device, _) => new UnsupportedMapping($"the mapping '{device}'"),
        _ => throw Wrong("its mapping names no device"),
    };

    private static FirmwareFile File(string name, FileDocument? file) => new(
        AbsolutePath(name, file?.Filename),
        file!.Format switch
        {
            "raw" => ImageFormat.Raw,
            "qcow2" => ImageFormat.Qcow2,
            null => throw Wrong($"its {name} has no format"),
            { } other => throw Wrong($"its {name} has the format '{other}': raw and qcow2 are known"),
        });

    private static string AbsolutePath(string name, string? path) => path switch
    {
        null => throw Wrong($"its {name} names no file"),
        ['/', ..] when !path.Contains('\0') && PlainText.IsWellFormed(path) => path,
        _ => throw Wrong($"the file of its {name} is no absolute path"),
    };

    private static List<string> Words(string name, IReadOnlyList<string?> words) =>
        [.. words.Select(word => word ?? throw Wrong($"its {name} hold a null"))];

    private static JsonException Wrong(string what) => new(what);
}
