namespace Vmspawn.Pcie;

/// <summary>Why a request cannot be planned.</summary>
/// <param name="Code">Stable name of the rule, such as <c>pcie-full</c>.</param>
/// <param name="Subject">The subject: a device of the user, or a resource.</param>
/// <param name="Text">One sentence with the numbers.</param>
/// <param name="Hint">What to do about it, or null.</param>
public sealed record PcieProblem(string Code, string Subject, string Text, string? Hint);

/// <summary>A topology, or all reasons why there is none.</summary>
public sealed record PciePlan
{
    /// <summary>The topology, or null when there are problems.</summary>
    public PcieTopology? Topology { get; private init; }

    /// <summary>All problems at once; empty when there is a topology.</summary>
    public IReadOnlyList<PcieProblem> Problems { get; private init => field = ValueList<PcieProblem>.Of(value); } = ValueList<PcieProblem>.Of([]);

    internal static PciePlan Of(PcieTopology topology) => new() { Topology = topology };

    internal static PciePlan Refused(IReadOnlyList<PcieProblem> problems) => new() { Problems = problems };
}
