using System.Text.Json;
using Vmspawn.Cli.Control.Client;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints a disk after it was attached or its file was replaced.</summary>
internal static class StorageAnswer
{
    /// <summary>From the server's description.</summary>
    /// <param name="reply">The reply with the field <c>storage</c>.</param>
    /// <param name="json">Whether to print JSON on one line.</param>
    public static string Text(JsonElement reply, bool json)
    {
        if (!reply.TryGetProperty("storage"u8, out var storage))
            return "";
        if (json)
            return JsonText.Line(storage.WriteTo);
        var disk = StorageFacts.Of(storage);
        var place = disk.Guest is null ? "" : disk.Port is null ? $", at {disk.Guest}" : $", at {disk.Guest} behind {disk.Port}";
        return Messages.OneLine($"{disk.Name}: {disk.Type}, {Amounts.Size(disk.Size)}, {(disk.ReadOnly ? "read-only" : "read-write")}, serial {disk.Serial}{place}") + "\n";
    }

    /// <summary>Without a description, for systemd-vmspawn's server.</summary>
    public static string Text(string id, bool json) => json
        ? JsonText.Line(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", id);
            writer.WriteEndObject();
        })
        : $"{Messages.OneLine(id)}: done\n";
}
