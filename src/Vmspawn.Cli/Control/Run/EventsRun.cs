using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn events</c>.</summary>
internal static class EventsRun
{
    public static async Task<string?> RunAsync(EventsCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        await foreach (var happened in machine.ReadEventsAsync(command.Filter))
            screen.Write(command.Json ? JsonText.Line(happened.Json.WriteTo) : Line(happened, screen.Now()));
        return null;
    }

    private static string Line(RunningMachineEvent happened, DateTimeOffset now)
    {
        var data = happened.Data is { } value ? $" {value.GetRawText()}" : "";
        return $"{now:HH:mm:ss.fff} {Messages.OneLine($"{happened.Name}{data}")}\n";
    }
}
