using Vmspawn.Plan;
using Vmspawn.Plan.Print;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn plan</c>: prints the plan.</summary>
internal static class PlanVerb
{
    public static async Task<int> RunAsync(PlanCommand command)
    {
        var options = command.Options;
        VmPlanning? planning;
        int? stopped;
        try
        {
            (planning, stopped) = await CancelOnSignals.RunAsync(async cancel => await VmPlanning.OfAsync(
                await NamedImageOptions.AddAsync(options, command.ImageName, cancel), HostEnvironment.Of() with { MakesSshKey = false }, cancel));
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
        return command.IsAboutFreezing ? Freezing(planning) : Output.Write(Text(plan, command.Format));
    }

    /// <summary>Whether the machine could be frozen: status 1 with each reason why not.</summary>
    private static int Freezing(VmPlanning planning) => VmSnapshot.Check(planning) is [_, ..] problems
        ? Report.Failure(problems)
        : Output.Write("this machine can be frozen, as far as its plan tells\n");

    private static string Text(VmPlan plan, PlanFormat format) => format switch
    {
        PlanFormat.Json => JsonText.Line(json => PlanJson.Write(plan, json), indented: true),
        PlanFormat.Argv => PlanText.Commands(plan),
        _ => PlanText.Tree(plan),
    };
}
