using System.Text.Json;
using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary><c>--firmware=list</c>, <c>--firmware=describe</c> and <c>--firmware-features=list</c>: prints only the answer on standard output.</summary>
internal static class FirmwareAnswer
{
    public static async Task<int> RunAsync(VmOptions options, FirmwareQuestion question)
    {
        try
        {
            var (firmware, stopped) = await CancelOnSignals.RunAsync(cancel => VmFirmware.ExamineAsync(options.Architecture, null, cancel));
            if (stopped is { } status)
                return status;
            if (question == FirmwareQuestion.List && firmware!.Notice is { } notice)
                new Report(options.Quiet).Notice(notice);
            return Output.Write(question switch
            {
                FirmwareQuestion.List => Lines(firmware!.Descriptors),
                FirmwareQuestion.Features => Lines(firmware!.ListFeatures()),
                _ => Indented(firmware!.Describe(options)),
            });
        }
        catch (VmPlanException refused)
        {
            return Report.Failure(refused.Problems);
        }
    }

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"{line}\n"));

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonText.Line(document.WriteTo, indented: true);
    }
}
