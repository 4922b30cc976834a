using System.Text.Json;
using Vmspawn.Control.Ports;
using Vmspawn.Control.Storage;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Control.Service;

/// <summary>Writes disks and ports as <c>org.vmspawn.Machine</c> reports them.</summary>
internal static class StorageJson
{
    public static void WriteDisk(Utf8JsonWriter json, StorageEntry disk, PcieTopology topology)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, disk.Name);
        json.WriteString("type"u8, Word(disk.Type));
        json.WriteString("driver"u8, DiskDevice.Driver(disk.Type));
        json.WriteBoolean("readOnly"u8, disk.ReadOnly);
        json.WriteNumber("size"u8, disk.Size);
        json.WriteString("serial"u8, disk.Serial);
        var place = disk.Placement?.Controller as IHotplugDevice ?? disk;
        var planned = topology.FindDevice(place.DeviceId);
        var port = place.Port?.PortId ?? planned?.Bus;
        json.WriteString("port"u8, port);
        json.WriteString("guest"u8, (planned?.Guest ?? GuestBehind(topology, port))?.ToString());
        json.WriteString("path"u8, disk.Path);
        json.WriteBoolean("root"u8, disk.IsRoot);
        json.WriteBoolean("removable"u8, disk.Immutable is null);
        json.WriteString("state"u8, disk.State switch
        {
            HotplugState.Attaching => "attaching"u8,
            HotplugState.Detaching => "detaching"u8,
            _ => "attached"u8,
        });
        json.WriteEndObject();
    }

    public static void WritePorts(Utf8JsonWriter json, IReadOnlyList<PortRow> rows)
    {
        json.WriteStartArray("ports"u8);
        foreach (var row in rows)
            WritePort(json, row);
        json.WriteEndArray();
    }

    private static void WritePort(Utf8JsonWriter json, PortRow row)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.Port.Id);
        json.WriteBoolean("spare"u8, row.Port.Spare);
        json.WriteString("guest"u8, new PciAddress(0, row.Port.Address.Device, row.Port.Address.Function).ToString());
        if (row.Port.Bus is { } bus)
            json.WriteNumber("bus"u8, bus);
        else
            json.WriteNull("bus"u8);
        json.WriteNumber("slot"u8, row.Port.Slot);
        json.WriteString("owner"u8, row.Owner);
        json.WriteString("state"u8, row.State switch
        {
            PortState.Free => "free"u8,
            PortState.Reserved => "reserved"u8,
            PortState.Detaching => "detaching"u8,
            _ => "taken"u8,
        });
        json.WriteEndObject();
    }

    private static PciAddress? GuestBehind(PcieTopology topology, string? port) =>
        port is not null && topology.FindPort(port)?.Bus is { } bus ? new PciAddress(bus, 0, 0) : null;

    private static string Word(DiskType type) => OptionWords.Of(type);
}
