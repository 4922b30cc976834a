using System.Text;
using System.Text.Json;

namespace Vmspawn.Cli.Control.Show;

/// <summary>The findings about a host.</summary>
internal sealed record DoctorReport(VmHost Host)
{
    private const int SubjectColumn = 9;
    private const int TextColumn = 24;

    /// <summary>Whether any machine can start.</summary>
    public bool CanStart => Host.WhyNot is null;

    /// <summary>The report as text.</summary>
    public string Text(TextStyle style)
    {
        var text = new StringBuilder(style.Bold(Host.Distribution)).Append($", Linux {Host.Kernel}");
        if (Host is { Cpus: { } cpus, Memory: { } memory })
            text.Append($", {cpus} {(cpus == 1 ? "CPU" : "CPUs")}, {Amounts.Size(memory)} of memory");
        text.Append($", as {Host.User}\n\n");
        foreach (var finding in Host.Findings)
        {
            text.Append($"  {Word(finding.State, style)}".PadRight(SubjectColumn + Invisible(finding.State, style)));
            text.Append(finding.Subject.PadRight(TextColumn - SubjectColumn));
            Wrap(text, finding.Found, style);
            Note(text, "costs", finding.Cost, style);
            Note(text, "fix", finding.Fix, style);
        }

        var lacks = Host.Findings.Count(finding => finding.State == HostFindingState.Lacks);
        return text.Append('\n').Append(Summary(lacks)).Append('\n').ToString();
    }

    /// <summary>The report as a JSON object.</summary>
    public string Json() => JsonText.Line(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("distribution"u8, Host.Distribution);
            writer.WriteString("kernel"u8, Host.Kernel);
            writer.WriteString("user"u8, Host.User);
            writer.WriteBoolean("canStart"u8, CanStart);
            writer.WriteStartArray("findings"u8);
            foreach (var finding in Host.Findings)
                Write(writer, finding);
            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        indented: true);

    private string Summary(int lacks) => !CanStart ? "No machine can start here."
        : lacks == 0 ? "Nothing is missing."
        : $"Machines start here; {lacks} {(lacks == 1 ? "thing is" : "things are")} missing.";

    private static string Word(HostFindingState state, TextStyle style) => state switch
    {
        HostFindingState.Works => "ok",
        HostFindingState.Lacks => style.Bold("lacks"),
        _ => style.Red("fails"),
    };

    private static int Invisible(HostFindingState state, TextStyle style) => Word(state, style).Length - Word(state, TextStyle.Plain).Length;

    private static void Note(StringBuilder text, string label, string? note, TextStyle style)
    {
        if (note is not null)
            Wrap(text.Append(' ', TextColumn), $"{label}: {note}", style);
    }

    private static void Wrap(StringBuilder text, string words, TextStyle style) =>
        WrappedText.Append(text, Messages.OneLine(words), TextColumn, style.Columns);

    private static void Write(Utf8JsonWriter writer, HostFinding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, finding.Id);
        writer.WriteString("subject"u8, finding.Subject);
        writer.WriteString("state"u8, finding.State switch
        {
            HostFindingState.Works => "works",
            HostFindingState.Lacks => "lacks",
            _ => "fails",
        });
        writer.WriteString("found"u8, finding.Found);
        writer.WriteString("cost"u8, finding.Cost);
        writer.WriteString("fix"u8, finding.Fix);
        writer.WriteEndObject();
    }
}
