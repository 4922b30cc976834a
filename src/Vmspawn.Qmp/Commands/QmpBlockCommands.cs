using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Block nodes and drives (qapi/block-core.json).</summary>
public static class QmpBlockCommands
{
    /// <summary><c>query-block</c>: the drives.</summary>
    public static Task<IReadOnlyList<QmpBlockDevice>> QueryBlockAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpBlockDevice>>(
            "query-block", answer => ReplyFields.AsList(answer, QmpBlockDevice.Read), null, options, cancellationToken);

    /// <summary><c>query-named-block-nodes</c>, flat: the nodes without their backing chains.</summary>
    public static Task<IReadOnlyList<QmpBlockNode>> QueryNamedBlockNodesAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpBlockNode>>(
            "query-named-block-nodes",
            answer => ReplyFields.AsList(answer, QmpBlockNode.Read),
            writer => writer.WriteBoolean("flat"u8, true),
            options,
            cancellationToken);

    /// <summary><c>blockdev-add</c>: creates a node. Leaves nothing behind when it fails.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="driver">The driver, such as <c>file</c>.</param>
    /// <param name="nodeName">The node's name, at most 31 bytes.</param>
    /// <param name="properties">Writes the driver's other options (BlockdevOptions).</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BlockdevAddAsync(
        this QmpClient client,
        string driver,
        string nodeName,
        Action<Utf8JsonWriter> properties,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return client.ExecuteAsync("blockdev-add", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("driver"u8, driver);
            writer.WriteString("node-name"u8, nodeName);
            properties(writer);
        }
    }

    /// <summary><c>blockdev-del</c>: deletes a node that nothing uses; the format node before its file node.</summary>
    public static Task BlockdevDelAsync(
        this QmpClient client, string nodeName, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("blockdev-del", writer => writer.WriteString("node-name"u8, nodeName), options, cancellationToken);

    /// <summary><c>blockdev-reopen</c>: changes options or files of nodes in use (QEMU ≥ 6.1).</summary>
    /// <param name="client">The connection.</param>
    /// <param name="nodes">Writes the objects of the list, each a complete BlockdevOptions with its node name.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BlockdevReopenAsync(
        this QmpClient client,
        Action<Utf8JsonWriter> nodes,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return client.ExecuteAsync("blockdev-reopen", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartArray("options"u8);
            nodes(writer);
            writer.WriteEndArray();
        }
    }

    /// <summary><c>block_resize</c>: sets a node's size and notifies the guest.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="nodeName">The node.</param>
    /// <param name="size">The new size in bytes, 0 or more.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BlockResizeAsync(
        this QmpClient client,
        string nodeName,
        long size,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return client.ExecuteAsync("block_resize", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("node-name"u8, nodeName);
            writer.WriteNumber("size"u8, size);
        }
    }
}
