using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vmspawn.Options;

namespace Vmspawn.Snapshots;

/// <summary>The file <c>manifest.json</c> of a snapshot: what was frozen, and what a host must have to continue it.</summary>
internal sealed record SnapshotManifest
{
    /// <summary>The version of this format.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The version of vmspawn that wrote it.</summary>
    public required string Writer { get; init; }

    public required FrozenQemu Qemu { get; init; }

    public required MemoryCompression Compression { get; init; }

    /// <summary>The bytes of the memory's file.</summary>
    public required long MemorySize { get; init; }

    /// <summary>The guest's processors were stopped, and stay so.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>The guest had reported that it is ready.</summary>
    public required bool IsReady { get; init; }

    /// <summary>The guest's own last line about itself.</summary>
    public string? Status { get; init; }

    /// <summary>The channel for commands that answered, or null.</summary>
    public string? Channel { get; init; }

    public required IReadOnlyList<FrozenDrive> Drives { get; init; }

    /// <summary>The files that it uses besides its own, as they were.</summary>
    public required IReadOnlyList<FileStamp> Files { get; init; }

    /// <summary>QEMU's arguments that decide the machine's hardware (<see cref="FrozenHardware"/>).</summary>
    public required IReadOnlyList<string> Hardware { get; init; }

    /// <summary>The addresses of its network cards, which the guest keeps.</summary>
    public required IReadOnlyList<string?> Macs { get; init; }

    /// <summary>The authorized SSH key, or null; the private one is in a file of its own.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The credentials of <see cref="Options"/> with their values.</summary>
    public required IReadOnlyList<FrozenCredential> Credentials { get; init; }

    /// <summary>The options, without their credentials and without what was of that run only.</summary>
    public required VmOptions Options { get; init; }

    /// <summary>As JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SnapshotJson.Default.SnapshotManifest);

    /// <exception cref="JsonException">It is none, or of another format; the message says so.</exception>
    public static SnapshotManifest Parse(ReadOnlyMemory<byte> json)
    {
        var format = JsonSerializer.Deserialize(json.Span, SnapshotJson.Default.SnapshotFormat)?.Format;
        if (format != CurrentFormat)
            throw new JsonException(format is null ? "it has no number of its format" : $"its format is {format}, this vmspawn reads {CurrentFormat}");
        return JsonSerializer.Deserialize(WithDefaults(json).Span, SnapshotJson.Default.SnapshotManifest) ?? throw new JsonException("it is empty");
    }

    /// <summary>Adds the defaults of options that its writer did not have: the deserializer would leave them without a value.</summary>
    private static ReadOnlyMemory<byte> WithDefaults(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var defaults = JsonSerializer.SerializeToElement(new VmOptions(), SnapshotJson.Default.VmOptions);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!member.NameEquals("options"u8) || member.Value.ValueKind != JsonValueKind.Object)
                {
                    member.WriteTo(writer);
                    continue;
                }

                writer.WriteStartObject(member.Name);
                foreach (var option in member.Value.EnumerateObject())
                    option.WriteTo(writer);
                foreach (var option in defaults.EnumerateObject().Where(option => !member.Value.TryGetProperty(option.Name, out _)))
                    option.WriteTo(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }
}

/// <summary>The only member that every version of the format has.</summary>
internal sealed record SnapshotFormat
{
    public int? Format { get; init; }
}

/// <summary>The QEMU that froze the machine.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Version">Its version; another one has other device states.</param>
/// <param name="Machine">Its machine type, not the alias.</param>
/// <param name="Accelerator">kvm or tcg.</param>
/// <param name="Processor">With KVM the host's processor, which the guest sees; else null.</param>
internal sealed record FrozenQemu(string Path, string Version, string Machine, string Accelerator, string? Processor);

/// <summary>A disk whose bytes are in the snapshot.</summary>
/// <param name="Id">The drive's id.</param>
/// <param name="Content">The file with all bytes of a disk that has no image, or null.</param>
/// <param name="Overlays">The qcow2 files over the drive's image, nearest to the guest first.</param>
internal sealed record FrozenDrive(string Id, string? Content, IReadOnlyList<string> Overlays);

/// <summary>A credential with its value.</summary>
internal sealed record FrozenCredential(string Id, ReadOnlyMemory<byte> Value);

/// <summary>IP addresses as text.</summary>
internal sealed class IpAddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPAddress.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("an address is expected");

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(IpAddressConverter)])]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(SnapshotFormat))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
