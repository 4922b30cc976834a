using System.Text;
using System.Text.Json;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints the details of one machine.</summary>
/// <param name="Machine">The state that it reports.</param>
/// <param name="Disks">Its disks, or null when its server does not list them.</param>
/// <param name="Ports">Its root ports, or null when its server does not list them.</param>
internal sealed record MachineStatus(RunningMachineStatus Machine, IReadOnlyList<RunningDisk>? Disks, IReadOnlyList<RunningPort>? Ports)
{
    private const int LabelWidth = 11;

    /// <summary>As text.</summary>
    public string Text(TextStyle style, int? width, DateTimeOffset now)
    {
        var text = new StringBuilder(style.Bold(Machine.Name)).Append(": ").Append(Messages.OneLine(State())).Append('\n');
        var qemu = Machine.QemuProcessId is { } process ? $"{Machine.QemuVersion} with {Machine.Accelerator}, process {process}" : null;
        Line(text, "QEMU", qemu);
        Line(text, "served by", $"{Machine.Server}, process {Machine.ProcessId}");
        Line(text, "guest", Guest());
        Line(text, "commands", Machine.GuestChannel is { } channel ? $"vmspawn exec {Machine.Name}, by the channel {channel}" : null);
        Line(text, "vsock CID", Machine.VsockCid?.ToString());
        Line(text, "log in", Machine.Ssh is null ? null : $"vmspawn ssh {Machine.Name}");
        Line(text, "sshd", Machine.Ssh is { } ssh ? $"{ssh.Address} port {ssh.Port}, key {ssh.KeyFile}" : null);
        Line(text, "CPUs", Machine.Cpus?.ToString());
        Line(text, "memory", Machine.Memory is { } memory ? Amounts.Size(memory) : null);
        Line(text, "image", Machine.Image);
        Line(text, "uptime", Machine.Started is { } started ? Amounts.Span(now - started) : null);
        Line(text, "directory", Machine.RuntimeDirectory);
        Line(text, "layout", Machine.Layout);
        if (Disks is { } disks)
            WriteDisks(text, disks, style, width);
        if (Ports is { } ports)
            WritePorts(text, ports, style, width);
        return text.ToString();
    }

    /// <summary>As a JSON object on one line.</summary>
    public string Json() => JsonText.Line(writer =>
    {
        writer.WriteStartObject();
        MachineList.WriteFields(writer, Machine);
        Write(writer, "storage", Disks?.Select(disk => disk.Json));
        Write(writer, "ports", Ports?.Select(port => port.Json));
        writer.WriteEndObject();
    });

    // QEMU's word for a machine that it has paused because a write failed, which is that of a full file system unless the host's disk is broken.
    private string State() => Machine.State == "io-error"
        ? $"io-error, paused because the host could not write what the guest wrote to a disk, mostly for a full file system; \"vmspawn resume {Machine.Name}\" repeats it"
        : Machine.State;

    // The guest's status text is quoted, because it is untrusted.
    private string? Guest() => (Machine.IsReady, Machine.GuestStatus) switch
    {
        (true, { Length: > 0 } status) => $"ready: \"{status}\"",
        (true, _) => "ready",
        (_, { Length: > 0 } status) => $"not ready: \"{status}\"",
        (false, _) => "not reported ready",
        _ => null,
    };

    private static void Line(StringBuilder text, string label, string? value)
    {
        if (value is not null)
            text.Append($"  {label}".PadRight(LabelWidth + 2)).Append(Messages.OneLine(value)).Append('\n');
    }

    private static void WriteDisks(StringBuilder text, IReadOnlyList<RunningDisk> disks, TextStyle style, int? width)
    {
        var table = new TextTable(
            new("DISK"), new("TYPE"), new("SIZE", IsNumber: true), new("ACCESS"), new("STATE"), new("GUEST"), new("PORT"), new("SERIAL"), new("FILE", Shrinks: true));
        foreach (var disk in disks)
        {
            table.Add(
                disk.Name, disk.Type, Amounts.Size(disk.Size), disk.IsReadOnly ? "read-only" : "read-write", disk.State, disk.Guest, disk.Port, disk.Serial, disk.Path);
        }

        text.Append('\n');
        table.Write(text, style, width);
    }

    private static void WritePorts(StringBuilder text, IReadOnlyList<RunningPort> ports, TextStyle style, int? width)
    {
        var table = new TextTable(new("PORT"), new("GUEST"), new("SLOT", IsNumber: true), new("SPARE"), new("STATE"), new("OWNER"));
        foreach (var port in ports)
            table.Add(port.Id, port.Guest, port.Slot.ToString(), port.IsSpare ? "yes" : "no", port.State, port.Owner);
        text.Append('\n');
        table.Write(text, style, width);
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<JsonElement>? values)
    {
        writer.WritePropertyName(name);
        if (values is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var value in values)
            value.WriteTo(writer);
        writer.WriteEndArray();
    }
}
