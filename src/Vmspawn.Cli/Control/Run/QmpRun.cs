using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Host;
using Vmspawn.Qmp;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn qmp</c>: a monitor connection for one command.</summary>
internal static class QmpRun
{
    private const string Interface = "io.systemd.QemuMachineInstance";

    public static async Task<string?> RunAsync(QmpCommand command, RunningMachines machines, ControlScreen screen)
    {
        await using var machine = await machines.OpenAsync(command.Name);
        machine.Require(Interface, "does not share QEMU's monitor");
        var connection = await machine.Client.UpgradeAsync($"{Interface}.AcquireQMP");
        var options = new QmpClientOptions { CallTimeout = command.Timeout, HandshakeTimeout = RunningMachines.Silence };
        await using var qemu = await QmpClient.StartAsync(new UnixQmpTransport(connection.ReceiveAsync, connection.SendAsync, connection.Dispose), options, CancellationToken.None);
        var result = command.Arguments is { } arguments
            ? await qemu.ExecuteAsync(command.Execute, arguments)
            : await qemu.ExecuteAsync(command.Execute);
        return JsonText.Line(result.WriteTo, indented: !command.Json);
    }
}
