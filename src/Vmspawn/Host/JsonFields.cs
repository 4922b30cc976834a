using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>Reads members of untrusted JSON objects: one that is missing or of another type is null.</summary>
internal static class JsonFields
{
    public static string? Text(this JsonElement from, string name) =>
        Find(from, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Number(this JsonElement from, string name) =>
        Find(from, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool? Flag(this JsonElement from, string name) =>
        Find(from, name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>The items of an array; empty when there is no such array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement from, string name) =>
        Find(from, name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <summary>The strings in an array; empty when there is no such array.</summary>
    public static IEnumerable<string> Texts(this JsonElement from, string name) =>
        from.Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    private static JsonElement? Find(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : null;
}
