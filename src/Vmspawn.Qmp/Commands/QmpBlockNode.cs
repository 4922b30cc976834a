using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A node of the block graph.</summary>
/// <param name="NodeName">Its name; null only for QEMU's internal nodes.</param>
/// <param name="Driver">Its driver, such as <c>file</c>, <c>raw</c>, <c>qcow2</c>.</param>
/// <param name="ReadOnly">Whether it is read-only.</param>
/// <param name="File">What it was opened from: a path, <c>/dev/fdset/N</c>, or <c>json:…</c>.</param>
/// <param name="VirtualSize">The size the guest sees, in bytes; null when unknown.</param>
/// <param name="ActualSize">The bytes allocated on the host, or null.</param>
public sealed record QmpBlockNode(
    string? NodeName, string Driver, bool ReadOnly, string File, long? VirtualSize, long? ActualSize)
{
    internal static QmpBlockNode Read(JsonElement node)
    {
        var image = node.MemberOrNull("image");
        return new QmpBlockNode(
            node.TextOrNull("node-name"),
            node.Text("drv"),
            node.Flag("ro"),
            node.Text("file"),
            image?.Int64OrNull("virtual-size"),
            image?.Int64OrNull("actual-size"));
    }
}

/// <summary>A drive of a device.</summary>
/// <param name="Device">The name of its backend; empty when it was created with a node name.</param>
/// <param name="Qdev">The device's id or QOM path, or null.</param>
/// <param name="Removable">Whether its medium can be changed.</param>
/// <param name="Locked">Whether the guest has locked the medium.</param>
/// <param name="TrayOpen">Whether its tray is open; null when it has none.</param>
/// <param name="Inserted">Its medium, or null when it is empty.</param>
public sealed record QmpBlockDevice(
    string Device, string? Qdev, bool Removable, bool Locked, bool? TrayOpen, QmpBlockNode? Inserted)
{
    internal static QmpBlockDevice Read(JsonElement device) => new(
        device.Text("device"),
        device.TextOrNull("qdev"),
        device.Flag("removable"),
        device.Flag("locked"),
        device.MemberOrNull("tray_open") is null ? null : device.Flag("tray_open"),
        device.MemberOrNull("inserted") is { } medium ? QmpBlockNode.Read(medium) : null);
}
