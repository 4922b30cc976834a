namespace Vmspawn.Plan.Print;

/// <summary>The plan as the command that will be run, one word a line.</summary>
public static class PlanArgv
{
    /// <summary>QEMU's path, then its arguments. A line break inside an argument is kept as it is.</summary>
    /// <param name="plan">The plan to print.</param>
    /// <param name="output">Where to.</param>
    public static void Write(VmPlan plan, TextWriter output)
    {
        output.WriteLine(plan.Program);
        foreach (var argument in plan.Arguments)
            output.WriteLine(argument);
    }
}
