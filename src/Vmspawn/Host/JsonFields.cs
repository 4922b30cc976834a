using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>Reads members of untrusted JSON objects.</summary>
internal static class JsonFields
{
    /// <summary>The value of a string member; null when it is missing or not a string.</summary>
    public static string? Text(this JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
