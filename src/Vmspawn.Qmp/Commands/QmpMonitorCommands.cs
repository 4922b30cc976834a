using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>The monitor itself (qapi/misc.json, qapi/introspect.json).</summary>
public static class QmpMonitorCommands
{
    /// <summary><c>human-monitor-command</c>: runs a line of the human monitor and returns its output. An error is only in the text.</summary>
    public static Task<string> HumanMonitorCommandAsync(
        this QmpClient client, string line, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync(
            "human-monitor-command",
            ReplyFields.AsText,
            writer => writer.WriteString("command-line"u8, line),
            options,
            cancellationToken);

    /// <summary><c>query-qmp-schema</c>: all commands, events and types; some 200 KiB and tens of milliseconds.</summary>
    public static Task<JsonElement> QueryQmpSchemaAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("query-qmp-schema", null, options, cancellationToken);
}
