using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Run;

/// <summary>Options that were resolved and planned: everything that can be said before something starts.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Plan">Null exactly when there are problems.</param>
/// <param name="Problems">Every reason why there is no plan.</param>
/// <param name="Notices">What the user is told although it is no error.</param>
internal sealed record Planning(
    MachineSpec? Spec, VmPlan? Plan, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Notices)
{
    /// <summary>What only somebody who looks for a fault wants to know.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static async Task<Planning> OfAsync(VmOptions options, ProcessContext process, CancellationToken cancel)
    {
        var resolution = await Resolver.ResolveAsync(options, process, cancel);
        if (resolution.Spec is not { } spec)
            return new Planning(null, null, resolution.Problems, resolution.Notices) { Details = resolution.Details };
        var result = MachinePlanner.Plan(spec);
        return result.Plan is { } plan
            ? new Planning(spec, plan, [], [.. resolution.Notices, .. plan.Notices]) { Details = resolution.Details }
            : new Planning(null, null, result.Problems, resolution.Notices) { Details = resolution.Details };
    }
}
