using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Vmspawn.SystemTests.Differential;

/// <summary>What a guest gets from a QEMU that was told this, by names that do not depend on how it was told.</summary>
internal sealed partial class QemuFacts
{
    // How parts are tied together, which each program decides for itself.
    private static readonly HashSet<string> Ties = ["id", "driver", "bus", "addr", "drive", "chardev", "netdev", "rng", "fd", "vhostfd", "tpmdev"];

    // Said of other things below, or how the program itself talks to QEMU.
    private static readonly HashSet<string> Elsewhere =
        ["m", "smp", "machine", "device", "blockdev", "drive", "netdev", "add-fd", "getfd", "kernel", "initrd", "append", "smbios", "fw_cfg", "chardev", "mon",
         "S", "nographic", "nodefaults", "no-user-config", "nic", "name", "display", "sandbox", "readconfig", "blockdev-create", "global", "object"];

    private readonly SortedDictionary<string, string> _facts = new(StringComparer.Ordinal);
    private readonly List<QemuItem> _items;
    private readonly JsonElement _notes;
    private int _scsiDisks;

    private QemuFacts(JsonElement notes) => (_notes, _items) = (notes, QemuItem.All(notes));

    /// <summary>The facts of one QEMU's notes.</summary>
    public static IReadOnlyDictionary<string, string> Of(JsonElement notes)
    {
        var facts = new QemuFacts(notes);
        facts.Machine();
        facts.Boot();
        facts.Strings();
        facts.Firmware();
        facts.Devices();
        facts.Rest();
        return facts._facts;
    }

    private IEnumerable<QemuItem> Of(params string[] kinds) => _items.Where(item => kinds.Contains(item.Kind));

    private void Set(string name, string value)
    {
        if (value != "")
            _facts[name] = value;
    }

    private void Machine()
    {
        foreach (var (name, value) in Of("machine").SelectMany(item => item.Values))
            if (name is not ("memory-backend" or "pflash0" or "pflash1"))
                Set($"machine {name}", value);
        foreach (var (name, value) in Of("smp").SelectMany(item => item.Values))
            Set($"smp {name}", value);
        foreach (var (name, value) in Of("m").SelectMany(item => item.Values))
            Set($"memory {name}", name is "size" or "maxmem" ? Mebibytes(value) : value);
        var backend = Of("object").FirstOrDefault(item => item["id"] == Of("machine").First()["memory-backend"]);
        if (backend is not null)
            Set("memory shared", backend["share"]);
    }

    private void Boot()
    {
        // By a path or as a descriptor, several initrds or one: what counts is what is in them.
        Set("kernel", string.Join(' ', Of("kernel").Select(item => FileContent(item["value"]) ?? $"unreadable: {item["value"]}")));
        Set("initrd", string.Join(' ', Of("initrd").Select(item => FileContent(item["value"]) ?? $"unreadable: {item["value"]}")));
        Set("kernel command line", string.Join(' ', Of("append").Select(item => item["value"])));
    }

    private void Strings()
    {
        foreach (var item in Of("smbios"))
        {
            if (item["type"] == "11")
                String(item.Values.TryGetValue("value", out var value) ? value : Text(FileContent(item["path"])));
            else
                foreach (var (name, field) in item.Values.Where(field => field.Key != "type"))
                    Set($"smbios type {item["type"]} {name}", field);
        }

        foreach (var item in Of("fw_cfg"))
            if (item["name"].StartsWith(Credentials, StringComparison.Ordinal))
                Credential(item["name"][Credentials.Length..], item.Values.TryGetValue("string", out var text) ? text : Text(FileContent(item["file"])));
            else
                Set($"fw_cfg {item["name"]}", item.Values.TryGetValue("string", out var other) ? other : Text(FileContent(item["file"])));
    }

    private const string Credentials = "opt/io.systemd.credentials/";

    private void String(string text)
    {
        if (CredentialString().Match(text) is { Success: true } match)
            Credential(match.Groups["name"].Value, match.Groups["binary"].Success ? Text(match.Groups["value"].Value) : match.Groups["value"].Value);
        else
            Set($"smbios string {_facts.Keys.Count(name => name.StartsWith("smbios string", StringComparison.Ordinal))}", text);
    }

    private void Credential(string name, string value) => Set(
        $"credential {name}",
        Place().Replace(Key().Replace(value.TrimEnd('\n'), "<key>"), "<port>").Replace("\n", "\\n", StringComparison.Ordinal));

    private void Firmware()
    {
        var flash = Of("drive").Where(item => item["if"] == "pflash").Select(item => (item["file"], item["format"], item["readonly"])).ToList();
        foreach (var name in (string[])["pflash0", "pflash1"])
            if (Of("machine").First()[name] is not "" and var node)
                flash.Add(Flash(Node(node)));
        foreach (var (index, (file, format, readOnly)) in flash.Index())
        {
            Set($"firmware {(index == 0 ? "code" : "variables")}", Anonymous().Replace(file, "<temporary>"));
            Set($"firmware {(index == 0 ? "code" : "variables")} format", format);
            Set($"firmware {(index == 0 ? "code" : "variables")} read-only", readOnly is "on" ? "on" : "off");
        }

        foreach (var item in Of("global"))
            Set($"global {item["driver"]} {item["property"]}", item["value"]);
    }

    private (string File, string Format, string ReadOnly) Flash(QemuItem node) => (Backing(node, "file").Path, node["driver"], node["read-only"]);

    private void Devices()
    {
        var (disks, cards) = (0, 0);
        // Disks of the user's own arguments come last: some programs say them first, which is of no account.
        var drives = Of("drive").Select(item => item["id"]).ToHashSet();
        foreach (var device in Of("device").OrderBy(device => drives.Contains(device["drive"])))
        {
            if (device["driver"] == "pcie-root-port")
                Count(device["id"].Contains("hotplug", StringComparison.Ordinal) ? "spare ports" : "ports of devices");
            else if (device["drive"] != "" || device["driver"] == "nvme-ns")
                Disk($"disk {disks++}", device);
            else if (device["netdev"] != "")
                Card($"network {cards++}", device);
            else
                Other(device);
        }
    }

    private void Count(string name) => Set(name, $"{(_facts.TryGetValue(name, out var so) ? int.Parse(so) : 0) + 1}");

    private void Disk(string name, QemuItem device)
    {
        // QEMU gives SCSI disks the next address where none is said.
        if (device["driver"].StartsWith("scsi-", StringComparison.Ordinal))
            Set($"{name} scsi-id", $"{_scsiDisks++}");
        foreach (var (setting, value) in device.Values.Where(setting => !Ties.Contains(setting.Key) && setting.Key != "lun"))
            Set($"{name} {setting}", value);
        Set($"{name} driver", device["driver"]);
        if (Of("drive").FirstOrDefault(item => item["id"] == device["drive"]) is { } drive)
        {
            foreach (var (setting, value) in drive.Values.Where(setting => setting.Key is not ("id" or "if")))
                Set($"{name} {setting}", value);
            return;
        }

        var node = Node(device["drive"]);
        Set($"{name} format", node["driver"]);
        var (path, readOnly, file) = Backing(node, "file");
        Set($"{name} file", path);
        Set($"{name} file open for reading only", readOnly);
        Set($"{name} read-only", node["read-only"]);
        // A discard reaches the file when both layers pass it on; without a word a layer does not.
        Set($"{name} discard", node["discard"] == "unmap" ? "unmap" : "ignore");
        Set($"{name} flushes ignored", file["cache.no-flush"]);
        if (Inner(node, "backing") is { } below)
        {
            Set($"{name} below format", below["driver"]);
            (path, readOnly, _) = Backing(below, "file");
            Set($"{name} below file", path);
            Set($"{name} below file open for reading only", readOnly);
        }
    }

    /// <summary>Where the node below one gets its bytes, and how that is open.</summary>
    private (string Path, string ReadOnly, QemuItem File) Backing(QemuItem node, string part)
    {
        var file = Inner(node, part) ?? Node("");
        var path = file["filename"];
        if (!path.StartsWith("/dev/fdset/", StringComparison.Ordinal))
            return (path, file["read-only"] is "on" ? "on" : "off", file);
        var set = path["/dev/fdset/".Length..];
        foreach (var given in Of("add-fd"))
        {
            if (given["fdset-id"] == set)
                return (Anonymous().Replace(given["file"], "<temporary>"), given["readOnly"], file);
            if (given["set"] == set && _notes.GetProperty("descriptors").TryGetProperty(given["fd"], out var descriptor))
                return (Anonymous().Replace(descriptor.GetProperty("is").GetString()!, "<temporary>"), descriptor.GetProperty("readOnly").GetBoolean() ? "on" : "off", file);
        }

        return (path, "?", file);
    }

    /// <summary>A node that another one is made of: named there, or written there.</summary>
    private QemuItem? Inner(QemuItem node, string part)
    {
        var inner = node.Values.Where(setting => setting.Key.StartsWith($"{part}.", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key[(part.Length + 1)..], setting => setting.Value);
        return inner.Count > 0 ? new QemuItem("blockdev", inner) : node[part] == "" ? null : Node(node[part]);
    }

    private void Card(string name, QemuItem device)
    {
        foreach (var (setting, value) in device.Values.Where(setting => !Ties.Contains(setting.Key)))
            Set($"{name} {setting}", value);
        Set($"{name} driver", device["driver"]);
        var backend = Of("netdev").FirstOrDefault(item => item["id"] == device["netdev"]) ?? new QemuItem("", new Dictionary<string, string>());
        foreach (var (setting, value) in backend.Values.Where(setting => setting.Key is not ("id" or "fd")))
            Set($"{name} backend {setting}", value);
    }

    private void Other(QemuItem device)
    {
        var driver = device["driver"] switch { "virtio-balloon" => "virtio-balloon-pci", "virtio-serial" => "virtio-serial-pci", var other => other };
        var name = $"device {driver}";
        for (var more = 2; _facts.ContainsKey(name); more++)
            name = $"device {driver} {more}";
        Set(name, Settings(device));
    }

    private static string Settings(QemuItem item)
    {
        var settings = item.Values.Where(setting => !Ties.Contains(setting.Key))
            .Select(setting => setting.Key is "guid" ? "guid=<any>" : setting.Key.StartsWith("chardev:", StringComparison.Ordinal) ? "chardev" : $"{setting.Key}={setting.Value}")
            .Order(StringComparer.Ordinal);
        return string.Join(' ', settings) is not "" and var text ? text : "there";
    }

    private void Rest()
    {
        foreach (var item in _items.Where(item => !Elsewhere.Contains(item.Kind)))
            Set(item.Kind, Settings(item));
    }

    private QemuItem Node(string name) =>
        Of("blockdev").LastOrDefault(item => item["node-name"] == name) ?? new QemuItem("blockdev", new Dictionary<string, string>());

    private string? FileContent(string path) =>
        _notes.GetProperty("files").TryGetProperty(path, out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() : null;

    private static string Text(string? base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64 ?? ""));

    private static string Mebibytes(string text) => text switch
    {
        [.. var number, 'M'] => $"{long.Parse(number)} MiB",
        [.. var number, 'G'] => $"{long.Parse(number) << 10} MiB",
        [.. var number, 'K'] => $"{long.Parse(number) / 1024.0} MiB",
        _ => $"{long.Parse(text) / 1048576.0} MiB",
    };

    [GeneratedRegex("^io\\.systemd\\.credential(?<binary>\\.binary)?:(?<name>[^=]*)=(?<value>.*)$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CredentialString();

    [GeneratedRegex("ssh-(?:ed25519|rsa) [A-Za-z0-9+/=]+[^\n]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    [GeneratedRegex("(?<=vsock-stream:2:)[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();

    [GeneratedRegex("^(?:/memfd:.*|.*/#[0-9]+ \\(deleted\\)|.*/\\.#vmspawn-[0-9a-f]+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Anonymous();
}
