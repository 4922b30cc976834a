using System.Text;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Prints snapshots.</summary>
internal static class SnapshotList
{
    /// <summary>As a table.</summary>
    public static string Table(IReadOnlyList<VmSnapshot> snapshots, TextStyle style, int? width, DateTimeOffset now)
    {
        var table = new TextTable(new("SNAPSHOT", Shrinks: true), new("MACHINE"), new("QEMU"), new("SIZE", IsNumber: true), new("AGE"));
        foreach (var snapshot in snapshots)
        {
            table.Add(
                Path.GetDirectoryName(snapshot.Directory) == VmSnapshot.UserDirectory() ? Path.GetFileName(snapshot.Directory) : snapshot.Directory,
                snapshot.Machine, snapshot.QemuVersion, Amounts.Size(snapshot.Size), Amounts.Span(now - snapshot.Created));
        }

        var text = new StringBuilder();
        table.Write(text, style, width);
        return text.ToString();
    }

    /// <summary>As a JSON array of objects.</summary>
    public static string Json(IReadOnlyList<VmSnapshot> snapshots) => JsonText.Line(writer =>
    {
        writer.WriteStartArray();
        foreach (var snapshot in snapshots)
        {
            writer.WriteStartObject();
            writer.WriteString("path", snapshot.Directory);
            writer.WriteString("machine", snapshot.Machine);
            writer.WriteString("qemuVersion", snapshot.QemuVersion);
            writer.WriteNumber("size", snapshot.Size);
            writer.WriteString("created", snapshot.Created);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
