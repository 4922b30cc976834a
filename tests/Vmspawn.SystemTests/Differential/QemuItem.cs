using System.Text.Json;
using System.Text.RegularExpressions;

namespace Vmspawn.SystemTests.Differential;

/// <summary>One thing that QEMU was told: by its command line, by a configuration file or by QMP, which all say the same in their own ways.</summary>
/// <param name="Kind">Such as <c>device</c>, <c>blockdev</c>, <c>smbios</c>.</param>
/// <param name="Values">Its settings; what stands without a name is called as QEMU calls it.</param>
internal sealed partial record QemuItem(string Kind, IReadOnlyDictionary<string, string> Values)
{
    // What the first value of an option is when it has no name.
    private static readonly Dictionary<string, string> Implied = new()
    {
        ["machine"] = "type", ["accel"] = "accel", ["cpu"] = "model", ["smp"] = "cpus", ["m"] = "size", ["object"] = "qom-type",
        ["device"] = "driver", ["chardev"] = "backend", ["netdev"] = "type", ["fw_cfg"] = "name", ["nic"] = "type", ["tpmdev"] = "type",
    };

    // Their values are texts with commas and signs of their own.
    private static readonly HashSet<string> Plain = ["append", "kernel", "initrd", "name", "uuid", "L", "readconfig"];

    public string this[string name] => Values.TryGetValue(name, out var value) ? value : "";

    /// <summary>Everything that one QEMU was told, in that order.</summary>
    public static List<QemuItem> All(JsonElement notes) =>
    [
        .. OfArguments([.. notes.GetProperty("arguments").EnumerateArray().Select(word => word.GetString()!)]),
        .. OfConfiguration(notes.GetProperty("config").GetString()!),
        .. notes.GetProperty("qmp").EnumerateArray().Select(OfCommand).OfType<QemuItem>(),
    ];

    private static IEnumerable<QemuItem> OfArguments(string[] words)
    {
        for (var at = 0; at < words.Length; at++)
        {
            var kind = words[at].TrimStart('-');
            if (at + 1 == words.Length || words[at + 1] is ['-', not (>= '0' and <= '9'), ..])
                yield return new QemuItem(kind, new Dictionary<string, string>());
            else
                yield return new QemuItem(kind, Plain.Contains(kind) ? new Dictionary<string, string> { ["value"] = words[++at] } : Settings(kind, words[++at]));
        }
    }

    private static Dictionary<string, string> Settings(string kind, string text)
    {
        if (text is ['{', ..])
            return Flat(JsonDocument.Parse(text).RootElement);
        var settings = new Dictionary<string, string>();
        // A comma in a value is doubled.
        foreach (var (index, part) in text.Replace(",,", "\u0001", StringComparison.Ordinal).Split(',').Select(part => part.Replace('\u0001', ',')).Index())
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left, right) : (part, "on");
            if (index == 0 && !part.Contains('=') && Implied.TryGetValue(kind, out var implied))
                (name, value) = (implied, part);
            settings[name] = value;
        }

        return settings;
    }

    private static IEnumerable<QemuItem> OfConfiguration(string text)
    {
        QemuItem? item = null;
        foreach (var line in text.Split('\n'))
        {
            if (Section().Match(line) is { Success: true } section)
            {
                if (item is not null)
                    yield return item;
                var kind = section.Groups["kind"].Value switch { "smp-opts" => "smp", "memory" => "m", "mon" => "mon", var other => other };
                item = new QemuItem(kind, section.Groups["id"].Success ? new Dictionary<string, string> { ["id"] = section.Groups["id"].Value } : []);
            }
            else if (Setting().Match(line) is { Success: true } setting)
            {
                item = item! with { Values = new Dictionary<string, string>(item.Values) { [setting.Groups["name"].Value] = setting.Groups["value"].Value } };
            }
        }

        if (item is not null)
            yield return item;
    }

    private static QemuItem? OfCommand(JsonElement note)
    {
        var kind = note.GetProperty("command").GetString() switch
        {
            "device_add" => "device", "blockdev-add" => "blockdev", "netdev_add" => "netdev", "object-add" => "object", "chardev-add" => "chardev",
            "blockdev-create" => "blockdev-create", "add-fd" => "add-fd", "getfd" => "getfd", _ => null,
        };
        if (kind is null)
            return null;
        var values = Flat(note.GetProperty("arguments"));
        if (note.GetProperty("file") is { ValueKind: JsonValueKind.Object } file)
        {
            values["file"] = file.GetProperty("is").GetString()!;
            values["readOnly"] = file.GetProperty("readOnly").GetBoolean() ? "on" : "off";
        }

        return new QemuItem(kind, values);
    }

    /// <summary>An object's members by path, such as <c>file.filename</c>, true and false as <c>on</c> and <c>off</c>.</summary>
    private static Dictionary<string, string> Flat(JsonElement value)
    {
        var flat = new Dictionary<string, string>();
        Add(value, "");
        return flat;

        void Add(JsonElement element, string path)
        {
            if (element.ValueKind == JsonValueKind.Object)
                foreach (var member in element.EnumerateObject())
                    Add(member.Value, path == "" ? member.Name : $"{path}.{member.Name}");
            else
                flat[path] = element.ValueKind switch { JsonValueKind.True => "on", JsonValueKind.False => "off", _ => element.ToString() };
        }
    }

    [GeneratedRegex("""^\[(?<kind>[a-z-]+)( "(?<id>[^"]*)")?\]$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Section();

    [GeneratedRegex("""^  (?<name>[^ ]+) = "(?<value>.*)"$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();
}
