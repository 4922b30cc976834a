using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A program to start, and all that it may have of us: descriptors not named here are closed in it.</summary>
/// <param name="Path">The program; holds a slash, since <c>$PATH</c> is not searched.</param>
/// <param name="Arguments">What follows <c>argv[0]</c>, which is <paramref name="Path"/>.</param>
public sealed record ChildSpec(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Changes to the variables that every child gets (paths, locale, base directories, display; not the rest of ours): a value to
    /// set, null to remove. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>Open files besides the standard three, in any order; a number occurs once.</summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    /// <summary>Descriptor 0; null is <c>/dev/null</c>.</summary>
    public SafeHandle? StandardInput { get; init; }

    /// <summary>Descriptor 1; null is our own, or <c>/dev/null</c> where ours is closed.</summary>
    public SafeHandle? StandardOutput { get; init; }

    /// <summary>Descriptor 2; null is our own, or <c>/dev/null</c> where ours is closed.</summary>
    public SafeHandle? StandardError { get; init; }

    /// <summary>Whether the kernel kills it when this process is gone, however that happens (see <see cref="ParentDeath"/>).</summary>
    public bool DieWithParent { get; init; } = true;

    /// <summary>
    /// Whether it gets a process group of its own, so that Ctrl-C in our terminal does not reach it. A child that reads
    /// our terminal must stay in our group.
    /// </summary>
    public bool NewProcessGroup { get; init; } = true;

    /// <summary>Whether its end kills what is left of its process group: processes that it has started and not waited for.</summary>
    public bool TakesGroupAlong { get; init; }
}
