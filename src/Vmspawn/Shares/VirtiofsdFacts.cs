using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>What this host has to share directories with.</summary>
/// <param name="Programs">Those that run, in the order in which they were found.</param>
/// <param name="LookedAt">Where it was looked, in words.</param>
/// <param name="Damaged">What was found but does not run: each with its reason, <c>PATH: WHY</c>.</param>
/// <param name="Sandbox">The best confinement that it can enter here.</param>
internal sealed record VirtiofsdFacts(
    IReadOnlyList<VirtiofsdProgram> Programs, IReadOnlyList<string> LookedAt, IReadOnlyList<string> Damaged, VirtiofsdSandbox Sandbox)
{
    /// <summary>The one to use, or null: the one in Rust is still maintained.</summary>
    /// <param name="isRoot">Whether we are root, which the one in C insists on.</param>
    public VirtiofsdProgram? Best(bool isRoot) =>
        Programs.FirstOrDefault(program => program.Kind == VirtiofsdKind.Rust) ?? (isRoot ? Programs.ElementAtOrDefault(0) : null);

    /// <summary>Why there is none to use, as the end of a sentence.</summary>
    public string WhyNone => Programs.Count > 0
        ? $"{Programs[0].Path} only runs as root"
        : $"no virtiofsd was found ({string.Join("; ", [$"looked at {string.Join(", ", LookedAt)}", .. Damaged])})";
}
