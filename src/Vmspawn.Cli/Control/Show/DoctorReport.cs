using System.Text;
using System.Text.Json;
using Vmspawn.Doctor;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Show;

/// <summary>The findings about a host.</summary>
internal sealed record DoctorReport(HostExamination Host, IReadOnlyList<Finding> Findings)
{
    private const int SubjectColumn = 9;
    private const int TextColumn = 24;

    /// <summary>Whether any machine can start.</summary>
    public bool CanStart => Findings.All(finding => finding.State != FindingState.Fails);

    /// <summary>The report as text.</summary>
    public string Text(TextStyle style)
    {
        var text = new StringBuilder(style.Bold(Host.Distribution.Name)).Append($", Linux {Host.Kernel}");
        if (Host.Host is { } facts)
            text.Append($", {facts.CpuCount} {(facts.CpuCount == 1 ? "CPU" : "CPUs")}, {Amounts.Size(facts.TotalMemory)} of memory");
        text.Append($", as {Host.User}\n\n");
        foreach (var finding in Findings)
        {
            text.Append($"  {Word(finding.State, style)}".PadRight(SubjectColumn + Invisible(finding.State, style)));
            text.Append(finding.Subject.PadRight(TextColumn - SubjectColumn));
            Wrap(text, finding.Found, style);
            Note(text, "costs", finding.Cost, style);
            Note(text, "fix", finding.Fix, style);
        }

        var lacks = Findings.Count(finding => finding.State == FindingState.Lacks);
        return text.Append('\n').Append(Summary(lacks)).Append('\n').ToString();
    }

    /// <summary>The report as a JSON object.</summary>
    public string Json() => JsonText.Line(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("distribution"u8, Host.Distribution.Name);
            writer.WriteString("kernel"u8, Host.Kernel);
            writer.WriteString("user"u8, Host.User);
            writer.WriteBoolean("canStart"u8, CanStart);
            writer.WriteStartArray("findings"u8);
            foreach (var finding in Findings)
                Write(writer, finding);
            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        indented: true);

    private string Summary(int lacks) => !CanStart ? "No machine can start here."
        : lacks == 0 ? "Nothing is missing."
        : $"Machines start here; {lacks} {(lacks == 1 ? "thing is" : "things are")} missing.";

    private static string Word(FindingState state, TextStyle style) => state switch
    {
        FindingState.Works => "ok",
        FindingState.Lacks => style.Bold("lacks"),
        _ => style.Red("fails"),
    };

    private static int Invisible(FindingState state, TextStyle style) => Word(state, style).Length - Word(state, TextStyle.Plain).Length;

    private static void Note(StringBuilder text, string label, string? note, TextStyle style)
    {
        if (note is not null)
            Wrap(text.Append(' ', TextColumn), $"{label}: {note}", style);
    }

    private static void Wrap(StringBuilder text, string words, TextStyle style) =>
        WrappedText.Append(text, Messages.OneLine(words), TextColumn, style.Columns);

    private static void Write(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, finding.Id);
        writer.WriteString("subject"u8, finding.Subject);
        writer.WriteString("state"u8, finding.State switch
        {
            FindingState.Works => "works",
            FindingState.Lacks => "lacks",
            _ => "fails",
        });
        writer.WriteString("found"u8, finding.Found);
        writer.WriteString("cost"u8, finding.Cost);
        writer.WriteString("fix"u8, finding.Fix);
        writer.WriteEndObject();
    }
}
