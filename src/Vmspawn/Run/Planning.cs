using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Run;

/// <summary>The result of resolving and planning the options, before anything is started.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Plan">Null exactly when there are problems.</param>
/// <param name="Problems">All reasons why there is no plan.</param>
/// <param name="Notices">Messages for the user that are not errors.</param>
internal sealed record Planning(
    MachineSpec? Spec, VmPlan? Plan, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Notices)
{
    /// <summary>Messages for diagnosis only.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <exception cref="OperationCanceledException">It was cancelled; everything was undone.</exception>
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
