using System.Text.Json;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>SubscribeEvents</c>: READY, then what QEMU says, until either side ends.</summary>
internal static class EventFeed
{
    /// <summary>Ends with <see cref="ControlFailure.NotConnected"/> when QEMU does.</summary>
    public static async Task ServeAsync(VarlinkCall call, MonitorAccess access)
    {
        var wanted = Filter(call.Optional("filter"));
        await access.TellAsync(async monitor =>
        {
            // One that does not read loses its subscription when these are full, whatever its socket still takes.
            using var events = monitor.Subscribe(new QmpEventOptions { Filter = wanted });
            await call.ContinueAsync(ready => ready.WriteString("event"u8, "READY"u8));
            await foreach (var happened in events.WithCancellation(call.Cancellation))
                await call.ContinueAsync(reply => Write(reply, happened));
        });
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

    private static void Write(Utf8JsonWriter reply, QmpEvent happened)
    {
        reply.WriteString("event"u8, happened.Name);
        if (happened.Data.ValueKind != JsonValueKind.Object)
            return;
        reply.WritePropertyName("data"u8);
        happened.Data.WriteTo(reply);
    }
}
