using System.Globalization;
using System.Text;
using System.Text.Json;
using Vmspawn.Cli.Control.Run;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints a network with its machines.</summary>
internal static class NetworkStatus
{
    public static string Text(RunningNetworkStatus network, ControlScreen screen)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{screen.Style.Bold(network.Name)}: {network.Subnet}, DHCP and DNS at {network.Address}, process {network.ProcessId}\n");
        if (network.Quality != VmNetworkQuality.Perfect)
            text.Append(CultureInfo.InvariantCulture, $"quality: {network.Quality.Loss * 100:0.###}% lost, delay {Time(network.Quality.Delay)}, jitter {Time(network.Quality.Jitter)}\n");
        foreach (var (one, other) in network.Partitions)
            text.Append("partition: ").Append(Messages.OneLine(string.Join(", ", one))).Append(" | ").Append(Messages.OneLine(string.Join(", ", other))).Append('\n');
        text.Append('\n');
        var table = new TextTable(new("MACHINE"), new("ADDRESS"), new("MAC"));
        foreach (var member in network.Members)
            table.Add(member.Machine, member.Address.ToString(), member.Mac);
        table.Write(text, screen.Style, screen.Width);
        return text.ToString();
    }

    public static void Write(Utf8JsonWriter writer, RunningNetworkStatus network)
    {
        writer.WriteStartObject();
        writer.WriteString("name", network.Name);
        writer.WriteString("subnet", network.Subnet.ToString());
        writer.WriteString("address", network.Address.ToString());
        writer.WriteNumber("pid", network.ProcessId);
        writer.WriteStartArray("members");
        foreach (var member in network.Members)
        {
            writer.WriteStartObject();
            writer.WriteString("machine", member.Machine);
            writer.WriteString("address", member.Address.ToString());
            writer.WriteString("mac", member.Mac);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("partitions");
        foreach (var (one, other) in network.Partitions)
        {
            writer.WriteStartObject();
            WriteNames(writer, "one", one);
            WriteNames(writer, "other", other);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("quality");
        writer.WriteNumber("loss", network.Quality.Loss);
        writer.WriteNumber("delayUsec", (long)network.Quality.Delay.TotalMicroseconds);
        writer.WriteNumber("jitterUsec", (long)network.Quality.Jitter.TotalMicroseconds);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, string property, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(property);
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static string Time(TimeSpan time) => $"{time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)} ms";
}
