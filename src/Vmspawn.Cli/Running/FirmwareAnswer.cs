using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Cli.Running;

/// <summary><c>--firmware=list</c>, <c>--firmware=describe</c> and <c>--firmware-features=list</c>: prints only the answer on standard output.</summary>
internal static class FirmwareAnswer
{
    public static async Task<int> RunAsync(VmOptions options, FirmwareQuestion question)
    {
        var problems = new List<Problem>();
        var notices = new List<string>();
        var (answers, stopped) = await CancelOnSignals.RunAsync(cancel =>
            InstalledFirmware.LookAsync(options.Architecture, HostProcessContext.Create(), question != FirmwareQuestion.List, problems, cancel));
        if (stopped is { } status)
            return status;
        var text = answers is null ? null : question switch
        {
            FirmwareQuestion.List => Lines(answers.List(notices)),
            FirmwareQuestion.Features => Lines(answers.Features()),
            _ => answers.Describe(options, problems) is { } json ? Indented(json) : null,
        };
        if (text is null)
            return Report.Failure(problems);
        var report = new Report(options.Quiet);
        notices.ForEach(report.Notice);
        return Output.Write(text);
    }

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"{line}\n"));

    private static string Indented(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonText.Line(document.WriteTo, indented: true);
    }
}
