using System.Text.Json;
using Vmspawn.Control.Storage;
using Vmspawn.Host;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>SubscribeEvents</c>: READY, then QEMU's events, until either side ends.</summary>
internal static class EventFeed
{
    /// <summary>Ends with <see cref="VmControlFailure.NotConnected"/> when the monitor does.</summary>
    public static async Task ServeAsync(VarlinkCall call, MonitorAccess access, StorageTable disks)
    {
        var wanted = Filter(call.Optional("filter"));
        await access.RunAsync(async monitor =>
        {
            // A client that leaves more events unread than the default capacity loses its subscription.
            using var events = monitor.Subscribe(new QmpEventOptions { Filter = wanted });
            await call.ContinueAsync(ready => ready.WriteString("event"u8, "READY"u8)).ConfigureAwait(false);
            await foreach (var happened in events.WithCancellation(call.Cancellation))
                await call.ContinueAsync(reply => Write(reply, happened, disks)).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static Func<QmpEvent, bool>? Filter(JsonElement? names)
    {
        if (names is not { } list || list.GetArrayLength() == 0)
            return null;
        var wanted = new HashSet<string>();
        foreach (var name in list.EnumerateArray())
            wanted.Add(name.GetString()!);
        return happened => wanted.Contains(happened.Name);
    }

    private static void Write(Utf8JsonWriter reply, QmpEvent happened, StorageTable disks)
    {
        reply.WriteString("event"u8, happened.Name);
        if (happened.Data.ValueKind != JsonValueKind.Object)
            return;
        reply.WriteStartObject("data"u8);
        foreach (var member in happened.Data.EnumerateObject())
            member.WriteTo(reply);
        if (NameOf(happened, disks) is { } name)
            reply.WriteString("name"u8, name);
        reply.WriteEndObject();
    }

    /// <summary>The name of the disk that an event is about: QEMU's event has only the device id, which clients do not know.</summary>
    private static string? NameOf(QmpEvent happened, StorageTable disks) =>
        !happened.Data.TryGetProperty("name"u8, out _) && DeviceOf(happened.Data) is { } id ? disks.NameOf(id) : null;

    /// <summary>The device's id; an event about a part of the device has it in the path only.</summary>
    private static string? DeviceOf(JsonElement data) =>
        JsonFields.Text(data, "device")
        ?? (JsonFields.Text(data, "path")?.Split('/') is ["", "machine", "peripheral", var device, ..] ? device : null);
}
