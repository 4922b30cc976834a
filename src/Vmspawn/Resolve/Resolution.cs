using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The resolve stage's result: a spec, or every reason why there is none.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Problems">All of them.</param>
/// <param name="Notices">What the user is told although it is no error.</param>
internal sealed record Resolution(
    MachineSpec? Spec,
    IReadOnlyList<Problem> Problems,
    IReadOnlyList<string> Notices);
