using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Vmspawn.Pcie;

/// <summary>Writes a topology as JSON. Later versions may add members, but do not change the meaning of existing ones.</summary>
public static class TopologyJson
{
    /// <summary>The topology as one JSON object.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="indented">Whether the text has line breaks and indentation.</param>
    public static string Text(PcieTopology topology, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteMembers(topology, json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Writes the members of the object into one that is open.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="json">Receives the members.</param>
    public static void WriteMembers(PcieTopology topology, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteString("machine", topology.Machine.Name);
        json.WriteString("layout", Word(topology.Layout));
        json.WriteString("note", topology.Note);
        Array(json, "reserved", topology.Reserved, Reserved);
        Array(json, "ports", topology.Ports, Port);
        Array(json, "devices", topology.Devices, Device);
        Array(json, "elsewhere", topology.Elsewhere, Elsewhere);
        Array(json, "budget", topology.Budget.Lines, Budget);
    }

    /// <summary>The word for a layout: <c>auto</c>, <c>ports</c> or <c>packed</c>.</summary>
    /// <param name="layout">The layout.</param>
    public static string Word(PcieLayout layout) => layout switch
    {
        PcieLayout.Ports => "ports",
        PcieLayout.Packed => "packed",
        _ => "auto",
    };

    private static string Word(DemandKind kind) => kind switch
    {
        DemandKind.Integrated => "integrated",
        DemandKind.Boot => "boot",
        _ => "user",
    };

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> members)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            members(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Reserved(Utf8JsonWriter json, ReservedFunction function)
    {
        json.WriteString("name", function.Name);
        json.WriteString("guest", OnRootBus(function.Address));
    }

    private static void Port(Utf8JsonWriter json, RootPort port)
    {
        json.WriteString("id", port.Id);
        json.WriteNumber("device", port.Address.Device);
        json.WriteNumber("function", port.Address.Function);
        json.WriteString("guest", OnRootBus(port.Address));
        json.WriteNumber("chassis", port.Chassis);
        json.WriteNumber("slot", port.Slot);
        json.WriteNumber("port", port.Port);
        json.WriteBoolean("spare", port.Spare);
        json.WriteString("owner", port.Owner);
        if (port.Bus is { } bus)
            json.WriteNumber("bus", bus);
        else
            json.WriteNull("bus");
    }

    private static void Device(Utf8JsonWriter json, PlacedDevice device)
    {
        json.WriteString("id", device.Id);
        json.WriteString("driver", device.Driver);
        json.WriteString("kind", Word(device.Kind));
        json.WriteString("bus", device.Bus);
        json.WriteNumber("device", device.Device);
        json.WriteNumber("function", device.Function);
        json.WriteBoolean("multifunction", device.Multifunction);
        json.WriteString("guest", device.Guest?.ToString());
        json.WriteString("owner", device.Owner);
    }

    private static void Elsewhere(Utf8JsonWriter json, UserDevice device)
    {
        json.WriteString("id", device.Id);
        json.WriteString("driver", device.Driver);
        json.WriteString("bus", device.Bus);
    }

    private static void Budget(Utf8JsonWriter json, BudgetLine line)
    {
        json.WriteString("resource", line.Name);
        json.WriteNumber("used", line.Used);
        json.WriteNumber("free", line.Free);
        json.WriteNumber("limit", line.Limit);
    }

    private static string OnRootBus(RootAddress address) => new PciAddress(0, address.Device, address.Function).ToString();
}
