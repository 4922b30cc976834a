using System.Buffers;
using System.Text.Json;

namespace Vmspawn.Qemu;

/// <summary>The cache format of <see cref="QemuFacts"/>: one JSON object, drivers grouped by bus.</summary>
internal static class QemuFactsJson
{
    // The format's version, raised when the queries or their interpretation change, so that older caches are discarded.
    // Up to version 4 a time-out was cached as "no".
    public const int Form = 6;

    public static byte[] Write(QemuFacts facts, BinaryStamp stamp)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("form", Form);
            json.WriteString("path", stamp.Path);
            json.WriteNumber("size", stamp.Size);
            json.WriteNumber("modified", stamp.Modified);
            json.WriteNumber("inode", stamp.Inode);
            json.WriteNumber("modules", stamp.Modules);
            json.WriteString("version", facts.Version.ToString());
            WriteNames(json, "machines", facts.Machines);
            WriteAliases(json, facts.MachineAliases);
            WriteNames(json, "dataDirectories", facts.DataDirectories);
            WriteNames(json, "accelerators", facts.Accelerators);
            WriteNames(json, "objects", facts.Objects);
            WriteNames(json, "displays", facts.Displays);
            WriteNames(json, "chardevs", facts.Chardevs);
            json.WriteBoolean("vnc", facts.HasVnc);
            json.WriteBoolean("sandbox", facts.HasSandbox);
            json.WriteBoolean("ioUring", facts.HasIoUring);
            WriteDrivers(json, facts.Drivers);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WriteAliases(Utf8JsonWriter json, IReadOnlyDictionary<string, string> aliases)
    {
        json.WriteStartObject("machineAliases");
        foreach (var (alias, name) in aliases)
            json.WriteString(alias, name);
        json.WriteEndObject();
    }

    private static void WriteDrivers(Utf8JsonWriter json, IReadOnlyDictionary<string, string> drivers)
    {
        var byBus = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (driver, bus) in drivers)
        {
            if (!byBus.TryGetValue(bus, out var names))
                byBus.Add(bus, names = []);
            names.Add(driver);
        }

        json.WriteStartObject("drivers");
        foreach (var (bus, names) in byBus)
            WriteNames(json, bus, names);
        json.WriteEndObject();
    }
}
