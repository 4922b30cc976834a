using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Run;

/// <summary>A wish that was resolved and planned: everything that can be said before something starts.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Plan">Null exactly when there are problems.</param>
/// <param name="Problems">Every reason why there is no plan.</param>
/// <param name="Notices">What the user is told although it is no error.</param>
internal sealed record Planning(
    MachineSpec? Spec, VmPlan? Plan, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Notices)
{
    public static Planning Of(VmOptions options, ProcessContext surroundings)
    {
        var resolution = Resolver.Resolve(options, surroundings);
        if (resolution.Spec is not { } spec)
            return new Planning(null, null, resolution.Problems, resolution.Notices);
        var result = MachinePlanner.Plan(spec);
        return result.Plan is { } plan
            ? new Planning(spec, plan, [], [.. resolution.Notices, .. plan.Notices])
            : new Planning(null, null, result.Problems, resolution.Notices);
    }
}
