using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>Reads members of JSON objects that others wrote.</summary>
internal static class JsonFields
{
    /// <summary>The text of a member; null when it is not there or no text.</summary>
    public static string? Text(this JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
