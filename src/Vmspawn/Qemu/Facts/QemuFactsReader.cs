using System.Text.Json;

namespace Vmspawn.Qemu;

/// <summary>Reads what <see cref="QemuFactsJson"/> wrote; accepts any bytes.</summary>
internal sealed class QemuFactsReader
{
    private readonly Dictionary<string, string> _drivers = new(512);
    private readonly HashSet<string> _machines = [];
    private Dictionary<string, string>? _aliases;
    private readonly List<string> _dataDirectories = [];
    private readonly HashSet<string> _accelerators = [];
    private readonly HashSet<string> _objects = [];
    private readonly HashSet<string> _displays = [];
    private readonly HashSet<string> _chardevs = [];
    private QemuVersion? _version;
    private BinaryStamp _stamp = new("", 0, 0, 0);
    private bool? _sandbox;
    private bool? _ioUring;
    private bool? _vnc;
    private int _form;

    private QemuFactsReader()
    {
    }

    /// <summary>The facts, or null when the bytes are not a cache file, are damaged, or belong to another version of the binary.</summary>
    public static QemuFacts? Read(ReadOnlySpan<byte> json, BinaryStamp stamp)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return new QemuFactsReader().ReadObject(ref reader, stamp);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // The reader throws InvalidOperationException and FormatException for a value of another type or range.
            return null;
        }
    }

    private QemuFacts? ReadObject(ref Utf8JsonReader reader, BinaryStamp stamp)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            ReadMember(ref reader);

        var complete = reader.TokenType == JsonTokenType.EndObject && !reader.Read()
            && _form == QemuFactsJson.Form && _stamp == stamp && _drivers.Count > 0;
        if (!complete || _aliases is null || _version is not { } version || _sandbox is not { } sandbox || _ioUring is not { } ioUring || _vnc is not { } vnc)
            return null;
        return new QemuFacts
        {
            Path = stamp.Path,
            Version = version,
            Drivers = _drivers,
            Machines = _machines,
            MachineAliases = _aliases,
            DataDirectories = _dataDirectories,
            Accelerators = _accelerators,
            Objects = _objects,
            Displays = _displays,
            Chardevs = _chardevs,
            HasVnc = vnc,
            HasSandbox = sandbox,
            HasIoUring = ioUring,
        };
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "form": _form = reader.GetInt32(); break;
            case "path": _stamp = _stamp with { Path = reader.GetString() ?? "" }; break;
            case "size": _stamp = _stamp with { Size = reader.GetInt64() }; break;
            case "modified": _stamp = _stamp with { Modified = reader.GetInt64() }; break;
            case "inode": _stamp = _stamp with { Inode = reader.GetUInt64() }; break;
            case "modules": _stamp = _stamp with { Modules = reader.GetInt64() }; break;
            case "version": _version = QemuHelpText.Version("version " + reader.GetString()); break;
            case "machines": ReadNames(ref reader, _machines); break;
            case "machineAliases": ReadAliases(ref reader); break;
            case "dataDirectories": ReadNames(ref reader, _dataDirectories); break;
            case "accelerators": ReadNames(ref reader, _accelerators); break;
            case "objects": ReadNames(ref reader, _objects); break;
            case "displays": ReadNames(ref reader, _displays); break;
            case "chardevs": ReadNames(ref reader, _chardevs); break;
            case "vnc": _vnc = reader.GetBoolean(); break;
            case "sandbox": _sandbox = reader.GetBoolean(); break;
            case "ioUring": _ioUring = reader.GetBoolean(); break;
            case "drivers": ReadDrivers(ref reader); break;
            default: reader.Skip(); break;
        }
    }

    private void ReadDrivers(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var bus = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
                _drivers[reader.GetString()!] = bus;
            Expect(ref reader, JsonTokenType.EndArray);
        }

        Expect(ref reader, JsonTokenType.EndObject);
    }

    private void ReadAliases(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        _aliases = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var alias = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String);
            _aliases[alias] = reader.GetString()!;
        }

        Expect(ref reader, JsonTokenType.EndObject);
    }

    private static void ReadNames(ref Utf8JsonReader reader, ICollection<string> names)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            names.Add(reader.GetString()!);
        Expect(ref reader, JsonTokenType.EndArray);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
            throw new JsonException($"expected {type}, found {reader.TokenType}");
    }
}
