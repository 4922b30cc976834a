using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn plan</c>: prints the plan.</summary>
internal static class PlanVerb
{
    public static async Task<int> RunAsync(VmOptions options, string? imageName, PlanFormat format)
    {
        VmPlanning? planning;
        int? stopped;
        try
        {
            (planning, stopped) = await CancelOnSignals.RunAsync(async cancel => await VmPlanning.OfAsync(
                await NamedImageOptions.AddAsync(options, imageName, cancel), HostEnvironment.Of() with { MakesSshKey = false }, cancel));
        }
        catch (VmImageException error)
        {
            return Report.Failure([NamedImageOptions.Problem(error)]);
        }

        if (stopped is { } status)
            return status;
        if (planning!.Plan is not { } plan)
            return Report.Failure(planning.Problems);
        var report = new Report(options.Quiet);
        foreach (var notice in planning.Notices)
            report.Notice(notice);
        return Output.Write(Text(plan, format));
    }

    private static string Text(VmPlan plan, PlanFormat format) => format switch
    {
        PlanFormat.Json => JsonText.Line(json => PlanJson.Write(plan, json), indented: true),
        PlanFormat.Argv => PlanText.Commands(plan),
        _ => PlanText.Tree(plan),
    };
}
