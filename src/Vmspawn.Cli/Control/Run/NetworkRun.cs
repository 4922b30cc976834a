using System.Text;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;
using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn network</c>, for networks that exist.</summary>
internal static class NetworkRun
{
    public static async Task<string?> ChangeAsync(NetworkChangeCommand command, RunningMachineOptions where, string name)
    {
        await using var network = await RunningNetwork.OpenAsync(name, where);
        await command.Run(network);
        return null;
    }

    public static async Task<string?> ListAsync(NetworkListCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        var networks = new List<RunningNetworkStatus>();
        foreach (var name in await RunningNetwork.ListAsync(where))
        {
            try
            {
                await using var network = await RunningNetwork.OpenAsync(name, where);
                networks.Add(await network.GetStatusAsync());
            }
            catch (VmNetworkException error) when (error.Problem.Code is "network-missing" or "network-ended")
            {
                // It ended meanwhile.
            }
        }

        if (command.Json)
        {
            return JsonText.Line(writer =>
            {
                writer.WriteStartArray();
                networks.ForEach(network => NetworkStatus.Write(writer, network));
                writer.WriteEndArray();
            });
        }

        var table = new TextTable(new("NAME"), new("SUBNET"), new("PROCESS", IsNumber: true), new("MACHINES", Shrinks: true));
        foreach (var network in networks)
            table.Add(network.Name, network.Subnet.ToString(), $"{network.ProcessId}", string.Join(", ", network.Members.Select(member => member.Machine)));
        var text = new StringBuilder();
        table.Write(text, screen.Style, screen.Width);
        return text.ToString();
    }

    public static async Task<string?> StatusAsync(NetworkStatusCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        await using var network = await RunningNetwork.OpenAsync(command.Name, where);
        var status = await network.GetStatusAsync();
        return command.Json ? JsonText.Line(writer => NetworkStatus.Write(writer, status)) : NetworkStatus.Text(status, screen);
    }

    public static async Task<string?> CaptureAsync(NetworkCaptureCommand command, RunningMachineOptions where)
    {
        await using var network = await RunningNetwork.OpenAsync(command.Name, where);
        await using var output = Open(command.Path);
        // Complete frames are in the file at every moment, so a signal ends this process without more.
        await network.CaptureAsync(output, () => new Report(quiet: false).Notice($"{network.Name}: capturing its frames to {command.Path}; Ctrl-C ends it"));
        return null;
    }

    private static Stream Open(string path)
    {
        if (path == "-")
            return Console.OpenStandardOutput();
        try
        {
            var file = new FileStream(NewFile.OpenOrCreate(path), FileAccess.Write, bufferSize: 0);
            file.SetLength(0);
            return file;
        }
        catch (IOException error)
        {
            throw new MachineException("capture-file", path, $"it cannot be written: {FailureReason.Of(error)}");
        }
    }
}
