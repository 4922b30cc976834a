using System.Text.Json;

namespace Vmspawn.Volumes;

/// <summary>A volume as its provider lists it.</summary>
/// <param name="IsBlockDevice">A block device, else a regular file.</param>
/// <param name="IsDirectory">A directory, which is no disk.</param>
/// <param name="ReadOnly">It cannot be written.</param>
/// <param name="Size">Bytes, or null when it does not say.</param>
internal sealed record VolumeFacts(bool IsBlockDevice, bool IsDirectory, bool ReadOnly, long? Size)
{
    /// <summary>Reads an entry of the list; null for one of another name.</summary>
    public static VolumeFacts? Read(JsonElement entry, string name)
    {
        var isIt = Text(entry, "name") == name
            || (entry.TryGetProperty("aliases"u8, out var aliases) && aliases.ValueKind == JsonValueKind.Array
                && aliases.EnumerateArray().Any(alias => alias.ValueKind == JsonValueKind.String && alias.GetString() == name));
        if (!isIt)
            return null;
        var type = Text(entry, "type");
        return new VolumeFacts(
            type == "blk",
            type == "dir",
            entry.TryGetProperty("readOnly"u8, out var readOnly) && readOnly.ValueKind == JsonValueKind.True,
            entry.TryGetProperty("sizeBytes"u8, out var size) && size.TryGetInt64(out var bytes) ? bytes : null);
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
