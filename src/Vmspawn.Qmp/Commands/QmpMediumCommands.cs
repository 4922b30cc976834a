using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Drives whose medium can change, by the id of their device (qapi/block.json).</summary>
public static class QmpMediumCommands
{
    /// <summary><c>eject</c>: takes the medium out.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The device's id.</param>
    /// <param name="force">Also when the guest has locked the medium.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task EjectAsync(
        this QmpClient client,
        string id,
        bool force = false,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("eject", writer => WriteForced(writer, id, force), options, cancellationToken);

    /// <summary><c>blockdev-open-tray</c>: opens the tray; a guest that has locked it is requested to open it, and <c>DEVICE_TRAY_MOVED</c> reports it.</summary>
    /// <inheritdoc cref="EjectAsync"/>
    public static Task BlockdevOpenTrayAsync(
        this QmpClient client,
        string id,
        bool force = false,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("blockdev-open-tray", writer => WriteForced(writer, id, force), options, cancellationToken);

    /// <summary><c>blockdev-close-tray</c>: closes the tray.</summary>
    public static Task BlockdevCloseTrayAsync(
        this QmpClient client, string id, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("blockdev-close-tray", writer => writer.WriteString("id"u8, id), options, cancellationToken);

    /// <summary><c>blockdev-remove-medium</c>: takes the medium out of an open tray; the node stays.</summary>
    public static Task BlockdevRemoveMediumAsync(
        this QmpClient client, string id, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("blockdev-remove-medium", writer => writer.WriteString("id"u8, id), options, cancellationToken);

    /// <summary><c>blockdev-insert-medium</c>: puts a node into an open, empty tray.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The device's id.</param>
    /// <param name="nodeName">The node that becomes the medium.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BlockdevInsertMediumAsync(
        this QmpClient client,
        string id,
        string nodeName,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync("blockdev-insert-medium", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("id"u8, id);
            writer.WriteString("node-name"u8, nodeName);
        }
    }

    /// <summary><c>blockdev-change-medium</c>: opens the tray, replaces the medium and closes it.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The device's id.</param>
    /// <param name="filename">What to open: a path or <c>/dev/fdset/N</c>.</param>
    /// <param name="format">Its format; null lets QEMU guess, which a guest can abuse on a raw image it can write.</param>
    /// <param name="readOnly">Whether to open it read-only or read-write; null keeps the drive's mode.</param>
    /// <param name="force">Also when the guest has locked the tray.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BlockdevChangeMediumAsync(
        this QmpClient client,
        string id,
        string filename,
        string? format,
        bool? readOnly = null,
        bool force = false,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync("blockdev-change-medium", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            WriteForced(writer, id, force);
            writer.WriteString("filename"u8, filename);
            writer.WriteOptional("format", format);
            if (readOnly is not null)
                writer.WriteString("read-only-mode"u8, readOnly.Value ? "read-only"u8 : "read-write"u8);
        }
    }

    private static void WriteForced(Utf8JsonWriter writer, string id, bool force)
    {
        writer.WriteString("id"u8, id);
        if (force)
            writer.WriteBoolean("force"u8, true);
    }
}
