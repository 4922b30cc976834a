using Vmspawn.Cli.Control.Parse;
using Vmspawn.Qmp;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn qmp</c>: a monitor connection for one command.</summary>
internal static class QmpRun
{
    public static async Task<string?> RunAsync(QmpCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        var options = new QmpClientOptions { CallTimeout = command.Timeout, HandshakeTimeout = where.AnswerTime };
        await using var qemu = await machine.OpenMonitorAsync(options);
        var result = command.Arguments is { } arguments
            ? await qemu.ExecuteAsync(command.Execute, arguments)
            : await qemu.ExecuteAsync(command.Execute);
        return JsonText.Line(result.WriteTo, indented: !command.Json);
    }
}
