using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn detach</c>.</summary>
internal static class DetachRun
{
    // The machine applies the time limit; this is the additional time for its answer.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static async Task<string?> RunAsync(DetachCommand command, RunningMachines machines, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(command.Name, command.Timeout + Grace);
        if (!machine.IsOurs)
        {
            using var removed = await machine.CallAsync($"{MachineHandle.Instance}.RemoveStorage", writer => writer.WriteString("name"u8, command.Id));
            return null;
        }

        using var reply = await machine.CallAsync(
            $"{MachineHandle.Ours}.Detach",
            writer =>
            {
                writer.WriteString("name"u8, command.Id);
                writer.WriteBoolean("wait"u8, command.Wait);
                writer.WriteNumber("timeoutUsec"u8, command.Timeout.Ticks / TimeSpan.TicksPerMicrosecond);
            });
        if (reply.Parameters.Flag("done") == true)
            return null;
        return command.Wait
            ? throw new MachineException("detach-pending", command.Name, $"the guest has not released {command.Id} yet")
            : $"{Messages.OneLine(command.Id)}: the guest was requested to release it\n";
    }
}
