using System.Text.Json;

namespace Vmspawn.Qemu.Extra;

/// <summary>Reads the value of a <c>-device</c> in either of its two syntaxes.</summary>
internal static class DeviceText
{
    /// <summary>Its properties with <c>driver</c> among them, or null with what is wrong.</summary>
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
        // A number is device << 3 | function here, while text is "device.function" in hexadecimal.
        JsonValueKind.Number when name == "addr" && value.TryGetInt32(out var devfn) => $"{devfn >> 3:x}.{devfn & 7}",
        _ => value.GetRawText(),
    };
}
