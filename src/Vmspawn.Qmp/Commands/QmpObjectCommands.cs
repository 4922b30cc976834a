using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A property or child of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, such as <c>bool</c>, <c>child&lt;nvme&gt;</c>, <c>link&lt;bus&gt;</c>.</param>
public sealed record QmpProperty(string Name, string Type)
{
    internal static QmpProperty Read(JsonElement property) => new(property.Text("name"), property.Text("type"));
}

/// <summary>QEMU's object tree (qapi/qom.json).</summary>
public static class QmpObjectCommands
{
    /// <summary><c>qom-list</c>: the properties and children of an object.</summary>
    public static Task<IReadOnlyList<QmpProperty>> QomListAsync(
        this QmpClient client, string path, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpProperty>>(
            "qom-list",
            answer => ReplyFields.AsList(answer, QmpProperty.Read),
            writer => writer.WriteString("path"u8, path),
            options,
            cancellationToken);

    /// <summary><c>qom-get</c>: a property's value. It is not traced, because it may be a secret.</summary>
    public static Task<JsonElement> QomGetAsync(
        this QmpClient client,
        string path,
        string property,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync(
            "qom-get", Write, (options ?? new QmpCallOptions()) with { Sensitive = true }, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("path"u8, path);
            writer.WriteString("property"u8, property);
        }
    }

    /// <summary><c>qom-set</c>: sets a property.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="path">The object.</param>
    /// <param name="property">The property.</param>
    /// <param name="value">Writes the one value.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task QomSetAsync(
        this QmpClient client,
        string path,
        string property,
        Action<Utf8JsonWriter> value,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return client.ExecuteAsync("qom-set", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("path"u8, path);
            writer.WriteString("property"u8, property);
            writer.WritePropertyName("value"u8);
            value(writer);
        }
    }

    /// <summary><c>object-add</c>: creates an object, such as a secret or an I/O thread.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="type">Its type, such as <c>iothread</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="properties">Writes the type's properties; null for none.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task ObjectAddAsync(
        this QmpClient client,
        string type,
        string id,
        Action<Utf8JsonWriter>? properties = null,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync("object-add", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("qom-type"u8, type);
            writer.WriteString("id"u8, id);
            properties?.Invoke(writer);
        }
    }

    /// <summary><c>object-del</c>: deletes an object that nothing uses.</summary>
    public static Task ObjectDelAsync(
        this QmpClient client, string id, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("object-del", writer => writer.WriteString("id"u8, id), options, cancellationToken);
}
