using System.Text.Json;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Reports that QEMU paused the VM because a write of the guest failed on the host, mostly for a full file system.</summary>
internal sealed class WriteFailures(string machine, StorageTable table, Action<string> tell)
{
    private const string FailedEvent = "BLOCK_IO_ERROR";
    private const string ResumedEvent = "RESUME";

    // Each pending request fails separately, so a full disk is reported once until the VM is resumed.
    private readonly HashSet<string> _reported = [];

    /// <summary>Handles QEMU's events until its end, or until it is cancelled.</summary>
    public async Task ListenAsync(QmpClient qemu, CancellationToken stop)
    {
        using var events = qemu.Subscribe(new QmpEventOptions
        {
            Filter = happened => happened.Name is FailedEvent or ResumedEvent,
            Overflow = QmpOverflow.DropOldest,
        });
        try
        {
            await foreach (var happened in events.WithCancellation(stop))
            {
                if (happened.Name == ResumedEvent)
                    _reported.Clear();
                else if (Text(happened.Data, "action") == "stop" && Text(happened.Data, "node-name") is { } node && _reported.Add(node))
                    tell(Sentence(happened.Data, node));
            }
        }
        catch (QmpException)
        {
            // Without a monitor there are no events.
        }
    }

    private string Sentence(JsonElement data, string node)
    {
        var disk = table.All.FirstOrDefault(entry => entry.FaultNode == node || entry.Nodes is { } nodes && (nodes.Top == node || nodes.File == node));
        if (disk?.FaultNode == node)
        {
            return $"{machine}: paused, because a {Text(data, "operation")} of the guest failed on {disk.Description} by a fault that was asked for " +
                $"(end it: vmspawn fault {machine} disk {disk.Name} none; then run: vmspawn resume {machine})";
        }

        var where = disk is null ? $"block node {node}" : disk.WritesTo is { } file ? $"{disk.Description} ({file})" : disk.Description;
        var isFull = data.TryGetProperty("nospace"u8, out var nospace) && nospace.ValueKind is JsonValueKind.True;
        var why = isFull ? "the file system is full" : Text(data, "reason") ?? "the host gave no reason";
        return $"{machine}: paused, because a {Text(data, "operation")} of the guest failed on {where}: {why} " +
            $"({(isFull ? "free some space" : "fix it")}, then run: vmspawn resume {machine})";
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
