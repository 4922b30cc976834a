using System.Text.Json;
using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Host;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn events</c>.</summary>
internal static class EventsRun
{
    // The socket of an ended machine may exist until its cleanup is done.
    private static readonly TimeSpan TidyTime = TimeSpan.FromSeconds(2);

    public static async Task<string?> RunAsync(EventsCommand command, RunningMachines machines, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(command.Name);
        using var silence = new CancellationTokenSource(RunningMachines.Silence);
        var isConfirmed = false;
        try
        {
            await foreach (var reply in machine.Client.CallMoreAsync(
                $"{MachineHandle.Instance}.SubscribeEvents", writer => WriteFilter(writer, command.Filter), cancellationToken: silence.Token))
            {
                using (reply)
                {
                    // Only the first event, READY, has a time limit.
                    silence.CancelAfter(Timeout.InfiniteTimeSpan);
                    isConfirmed = true;
                    screen.Write(command.Json ? JsonText.Line(reply.Parameters.WriteTo) : Line(reply.Parameters, screen.Now()));
                }
            }
        }
        catch (Exception e) when (isConfirmed && IsEnd(e))
        {
            await CheckEndedAsync(machine.Entry);
        }

        return null;
    }

    // Either the server disconnects, or QEMU ends first and the server reports that in one of several ways.
    private static bool IsEnd(Exception e) => e is VarlinkDisconnectedException or VarlinkErrorException;

    private static void WriteFilter(Utf8JsonWriter writer, IReadOnlyList<string> filter)
    {
        if (filter.Count == 0)
            return;
        writer.WriteStartArray("filter"u8);
        foreach (var name in filter)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static string Line(JsonElement happened, DateTimeOffset now)
    {
        var data = happened.TryGetProperty("data"u8, out var value) && value.ValueKind == JsonValueKind.Object ? $" {value.GetRawText()}" : "";
        return $"{now:HH:mm:ss.fff} {Messages.OneLine($"{happened.Text("event")}{data}")}\n";
    }

    // Events end when the machine ends; after any other end some were lost.
    private static async Task CheckEndedAsync(MachineEntry entry)
    {
        for (var left = TidyTime; left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(100))
        {
            if (!await RunningMachines.ListensAsync(entry))
                return;
            await Task.Delay(100);
        }

        throw new MachineException("events-dropped", entry.Name, "the machine runs on, but it has ended this subscription", "were the events not read?");
    }
}
