using System.Text.Json;
using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn status</c>.</summary>
internal static class StatusRun
{
    public static async Task<string?> RunAsync(StatusCommand command, RunningMachines machines, string name, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(name);
        var facts = await MachineFacts.AskAsync(machine);
        var status = machine.IsOurs
            ? new MachineStatus(facts, await ListAsync(machine, "ListStorage", "storage"), await ListAsync(machine, "ListPorts", "ports"))
            : new MachineStatus(facts, null, null);
        if (command.Json)
            return status.Json();
        var text = status.Text(screen.Style, screen.Width, screen.Now());
        return name == command.Names[0] ? text : "\n" + text;
    }

    private static async Task<JsonElement?> ListAsync(MachineHandle machine, string method, string field)
    {
        using var reply = await machine.CallAsync($"{MachineHandle.Ours}.{method}");
        return reply.Parameters.TryGetProperty(field, out var list) && list.ValueKind == JsonValueKind.Array ? list.Clone() : null;
    }
}
