using System.Buffers;
using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>Parameters outside of messages.</summary>
internal static class Parameters
{
    public static JsonElement Empty { get; } = JsonElement.Parse("{}"u8);

    public static JsonElement Build(Action<Utf8JsonWriter>? write)
    {
        if (write is null)
            return Empty;
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(bytes.WrittenSpan);
    }

    /// <summary>The parameters of a message, which may leave them out.</summary>
    public static JsonElement Of(JsonElement message) =>
        message.TryGetProperty("parameters", out var value) && value.ValueKind != JsonValueKind.Null ? value : Empty;
}
