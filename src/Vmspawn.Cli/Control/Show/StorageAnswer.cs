using System.Text.Json;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints a disk after it was attached or its file was replaced.</summary>
internal static class StorageAnswer
{
    /// <param name="disk">The disk.</param>
    /// <param name="json">Whether to print JSON on one line.</param>
    public static string Text(RunningDisk disk, bool json)
    {
        // systemd-vmspawn's server does not describe it.
        var isDescribed = disk.Json.ValueKind == JsonValueKind.Object;
        if (json)
            return JsonText.Line(isDescribed ? disk.Json.WriteTo : writer => WriteName(writer, disk.Name));
        if (!isDescribed)
            return $"{Messages.OneLine(disk.Name)}: done\n";
        var place = disk.Guest is null ? "" : disk.Port is null ? $", at {disk.Guest}" : $", at {disk.Guest} behind {disk.Port}";
        return Messages.OneLine($"{disk.Name}: {disk.Type}, {Amounts.Size(disk.Size)}, {(disk.IsReadOnly ? "read-only" : "read-write")}, serial {disk.Serial}{place}") + "\n";
    }

    private static void WriteName(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteEndObject();
    }
}
