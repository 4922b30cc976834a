using System.Text;
using System.Text.Json;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints the running machines.</summary>
internal static class MachineList
{
    /// <summary>As a table.</summary>
    public static string Table(IReadOnlyList<RunningMachineStatus> machines, TextStyle style, int? width, DateTimeOffset now)
    {
        var table = new TextTable(
            new("NAME"), new("STATE"), new("QEMU", IsNumber: true), new("CPUS", IsNumber: true), new("MEMORY", IsNumber: true), new("IMAGE", Shrinks: true), new("UPTIME"));
        foreach (var machine in machines)
        {
            table.Add(
                machine.Name,
                machine.State,
                machine.QemuProcessId?.ToString(),
                machine.Cpus?.ToString(),
                machine.Memory is { } memory ? Amounts.Size(memory) : null,
                machine.Image,
                machine.Started is { } started ? Amounts.Span(now - started) : null);
        }

        var text = new StringBuilder();
        table.Write(text, style, width);
        return text.ToString();
    }

    /// <summary>As a JSON array of objects; unknown values are null.</summary>
    public static string Json(IReadOnlyList<RunningMachineStatus> machines) => JsonText.Line(writer =>
    {
        writer.WriteStartArray();
        foreach (var machine in machines)
        {
            writer.WriteStartObject();
            WriteFields(writer, machine);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>Writes the fields of one machine, with the names of the control interface.</summary>
    public static void WriteFields(Utf8JsonWriter writer, RunningMachineStatus machine)
    {
        writer.WriteString("name", machine.Name);
        writer.WriteString("state", machine.State);
        Write(writer, "running", machine.IsRunning);
        Write(writer, "pid", machine.ProcessId);
        Write(writer, "qemuPid", machine.QemuProcessId);
        writer.WriteString("qemuVersion", machine.QemuVersion);
        writer.WriteString("accelerator", machine.Accelerator);
        Write(writer, "cpus", machine.Cpus);
        Write(writer, "memory", machine.Memory);
        Write(writer, "startedUsec", machine.Started is { } started ? (started - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null);
        writer.WriteString("image", machine.Image);
        writer.WriteString("runtimeDirectory", machine.RuntimeDirectory);
        writer.WriteString("layout", machine.Layout);
        Write(writer, "ready", machine.IsReady);
        writer.WriteString("guestStatus", machine.GuestStatus);
        writer.WriteString("guestChannel", machine.GuestChannel);
        Write(writer, "vsockCid", machine.VsockCid);
        writer.WriteString("sshAddress", machine.Ssh?.Address);
        Write(writer, "sshPort", machine.Ssh?.Port);
        writer.WriteString("sshPrivateKeyPath", machine.Ssh?.KeyFile);
        writer.WriteString("server", machine.Server);
    }

    private static void Write(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } flag)
            writer.WriteBoolean(name, flag);
        else
            writer.WriteNull(name);
    }
}
