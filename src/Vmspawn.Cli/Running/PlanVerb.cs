using Vmspawn.Options;
using Vmspawn.Pcie;
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
        using var output = Console.OpenStandardOutput();
        using var text = new StreamWriter(output);
        switch (format)
        {
            case PlanFormat.Json:
                PlanJson.Write(plan, output);
                text.WriteLine();
                break;
            case PlanFormat.Argv:
                PlanArgv.Write(plan, text);
                break;
            default:
                text.Write(TopologyDrawing.Tree(plan.Topology));
                break;
        }

        return 0;
    }
}
