using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>The PCI topology as QEMU has it (qapi/pci.json).</summary>
public static class QmpPciCommands
{
    /// <summary><c>query-pci</c>: the root buses, each with its tree.</summary>
    public static Task<IReadOnlyList<QmpPciBus>> QueryPciAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpPciBus>>(
            "query-pci", answer => ReplyFields.AsList(answer, QmpPciBus.Read), null, options, cancellationToken);
}

/// <summary>A PCI bus and its devices.</summary>
/// <param name="Number">Its number, 0 to 255; 0 also for a bus that firmware has not numbered yet.</param>
/// <param name="Devices">Its functions.</param>
public sealed record QmpPciBus(int Number, IReadOnlyList<QmpPciDevice> Devices)
{
    internal static QmpPciBus Read(JsonElement bus) =>
        new(bus.Int32("bus"), bus.ListOrEmpty("devices", QmpPciDevice.Read));
}

/// <summary>One function of a PCI device.</summary>
/// <param name="Bus">The bus it is on.</param>
/// <param name="Slot">Its device number, 0 to 31.</param>
/// <param name="Function">Its function number, 0 to 7.</param>
/// <param name="Class">Class and subclass: 0x0604 is a bridge.</param>
/// <param name="ClassName">QEMU's name of the class, or null.</param>
/// <param name="Vendor">The vendor id.</param>
/// <param name="Device">The device id.</param>
/// <param name="SubsystemVendor">The subsystem's vendor id, or null.</param>
/// <param name="Subsystem">The subsystem id, or null.</param>
/// <param name="QdevId">The id it was given, empty when it has none.</param>
/// <param name="Regions">Its BARs that are mapped.</param>
/// <param name="Bridge">The bus behind it, for a bridge or a port.</param>
public sealed record QmpPciDevice(
    int Bus,
    int Slot,
    int Function,
    int Class,
    string? ClassName,
    int Vendor,
    int Device,
    int? SubsystemVendor,
    int? Subsystem,
    string QdevId,
    IReadOnlyList<QmpPciRegion> Regions,
    QmpPciBridge? Bridge)
{
    internal static QmpPciDevice Read(JsonElement device)
    {
        var type = device.Member("class_info");
        var ids = device.Member("id");
        return new QmpPciDevice(
            device.Int32("bus"),
            device.Int32("slot"),
            device.Int32("function"),
            type.Int32("class"),
            type.TextOrNull("desc"),
            ids.Int32("vendor"),
            ids.Int32("device"),
            ids.Int32OrNull("subsystem-vendor"),
            ids.Int32OrNull("subsystem"),
            device.TextOr("qdev_id", ""),
            device.ListOrEmpty("regions", QmpPciRegion.Read),
            device.MemberOrNull("pci_bridge") is { } bridge ? QmpPciBridge.Read(bridge) : null);
    }
}

/// <summary>One base address register.</summary>
/// <param name="Bar">Its number, 0 to 6; 6 is the expansion ROM.</param>
/// <param name="IsMemory">Memory, or else I/O ports.</param>
/// <param name="Address">Where it is mapped, in bytes; -1 when it is not.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Prefetchable">Whether reading has no effect; memory only.</param>
/// <param name="Is64Bit">Whether it supports addresses above 4 GiB; memory only.</param>
public sealed record QmpPciRegion(int Bar, bool IsMemory, long Address, long Size, bool Prefetchable, bool Is64Bit)
{
    internal static QmpPciRegion Read(JsonElement region) => new(
        region.Int32("bar"),
        region.Text("type") == "memory",
        region.Int64("address"),
        region.Int64("size"),
        region.FlagOr("prefetch", false),
        region.FlagOr("mem_type_64", false));
}

/// <summary>The far side of a bridge or port.</summary>
/// <param name="Secondary">The number of the bus behind it; 0 until firmware numbers it.</param>
/// <param name="Subordinate">The highest bus number behind it.</param>
/// <param name="Devices">The devices on the bus behind it.</param>
public sealed record QmpPciBridge(int Secondary, int Subordinate, IReadOnlyList<QmpPciDevice> Devices)
{
    internal static QmpPciBridge Read(JsonElement bridge)
    {
        var bus = bridge.Member("bus");
        return new QmpPciBridge(
            bus.Int32("secondary"), bus.Int32("subordinate"), bridge.ListOrEmpty("devices", QmpPciDevice.Read));
    }
}
