using System.Text.Json;

namespace Vmspawn.Qemu.Extra;

/// <summary>Parses the value of <c>-device</c>, as key=value list or JSON.</summary>
internal static class DeviceText
{
    /// <summary>The properties including <c>driver</c>, or null with the error.</summary>
    public static Dictionary<string, string>? Parse(string text, out string? mistake)
    {
        var properties = text.StartsWith('{') ? ParseJson(text, out mistake) : ParsePairs(text, out mistake);
        if (properties is not null && string.IsNullOrEmpty(properties.GetValueOrDefault("driver")))
        {
            mistake = "names no driver";
            return null;
        }

        return properties;
    }

    private static Dictionary<string, string>? ParsePairs(string text, out string? mistake)
    {
        var pairs = KeyValueOptions.Parse(text, "driver");
        mistake = pairs is null ? "has a value without a key" : null;
        return pairs;
    }

    private static Dictionary<string, string>? ParseJson(string text, out string? mistake)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                mistake = "is no JSON object";
                return null;
            }

            var properties = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
                properties[member.Name] = Text(member.Name, member.Value);
            mistake = null;
            return properties;
        }
        catch (JsonException error)
        {
            mistake = $"is not valid JSON at byte {error.BytePositionInLine}";
            return null;
        }
    }

    private static string Text(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        // As a number addr is device << 3 | function; as text it is "device.function" in hexadecimal.
        JsonValueKind.Number when name == "addr" && value.TryGetInt32(out var devfn) => $"{devfn >> 3:x}.{devfn & 7}",
        _ => value.GetRawText(),
    };
}
