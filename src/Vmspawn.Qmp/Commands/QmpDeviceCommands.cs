using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Plugging and unplugging (qapi/qdev.json).</summary>
public static class QmpDeviceCommands
{
    /// <summary><c>device_add</c>: plugs a device in. QEMU has it when this returns; whether the guest uses it depends on the guest.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="driver">The device's type, such as <c>virtio-blk-pci</c>.</param>
    /// <param name="id">Its id, unique among devices.</param>
    /// <param name="bus">The bus, such as a root port's id; null lets QEMU choose, which on q35 is the root bus without hotplug.</param>
    /// <param name="properties">Writes further properties of the driver; null for none.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task DeviceAddAsync(
        this QmpClient client,
        string driver,
        string id,
        string? bus = null,
        Action<Utf8JsonWriter>? properties = null,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync("device_add", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("driver"u8, driver);
            writer.WriteString("id"u8, id);
            writer.WriteOptional("bus", bus);
            properties?.Invoke(writer);
        }
    }

    /// <summary>
    /// <c>device_del</c>: requests a device's removal. It is removed when <c>DEVICE_DELETED</c> arrives; a guest that refuses
    /// causes <c>DEVICE_UNPLUG_GUEST_ERROR</c>, one that is still in firmware causes no event. Subscribe first.
    /// </summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The device's id or its QOM path.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task DeviceDelAsync(
        this QmpClient client, string id, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("device_del", writer => writer.WriteString("id"u8, id), options, cancellationToken);
}
