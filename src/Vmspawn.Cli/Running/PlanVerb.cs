using System.Text;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn plan</c>: what would be started.</summary>
internal static class PlanVerb
{
    public static int Run(VmOptions options, PlanFormat format)
    {
        var planning = Planning.Of(options, HostSurroundings.Create());
        if (planning.Plan is not { } plan)
            return Report.Failure(planning.Problems);
        var report = new Report(options.Quiet);
        foreach (var notice in planning.Notices)
            report.Notice(notice);
        return Output.Write(Text(plan, format));
    }

    private static string Text(VmPlan plan, PlanFormat format) => format switch
    {
        PlanFormat.Json => Json(plan),
        PlanFormat.Argv => string.Concat(plan.Arguments.Prepend(plan.Program).Select(word => $"{word}\n")),
        _ => TopologyDrawing.Tree(plan.Topology),
    };

    private static string Json(VmPlan plan)
    {
        using var buffer = new MemoryStream();
        PlanJson.Write(plan, buffer);
        return $"{Encoding.UTF8.GetString(buffer.ToArray())}\n";
    }
}
