using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A program to start and what it inherits: descriptors not named here are closed in it.</summary>
/// <param name="Path">The program's path; contains a slash, because <c>$PATH</c> is not searched.</param>
/// <param name="Arguments">The arguments after <c>argv[0]</c>, which is <paramref name="Path"/>.</param>
public sealed record ChildSpec(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Changes to the variables that every child gets (see <see cref="ChildEnvironment"/>): a value to
    /// set, null to remove. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>Open files besides the standard streams, in any order; each number occurs once.</summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    /// <summary>Descriptor 0; null is <c>/dev/null</c>.</summary>
    public SafeHandle? StandardInput { get; init; }

    /// <summary>Descriptor 1; null inherits this process's, or <c>/dev/null</c> if that is closed.</summary>
    public SafeHandle? StandardOutput { get; init; }

    /// <summary>Descriptor 2; null inherits this process's, or <c>/dev/null</c> if that is closed.</summary>
    public SafeHandle? StandardError { get; init; }

    /// <summary>Whether the kernel kills it when this process ends, including by SIGKILL (see <see cref="ParentDeath"/>).</summary>
    public bool DieWithParent { get; init; } = true;

    /// <summary>
    /// Whether it gets its own process group, so that Ctrl-C in the terminal does not signal it. A child that reads
    /// the terminal must stay in this process's group.
    /// </summary>
    public bool NewProcessGroup { get; init; } = true;

    /// <summary>
    /// Whether it gets its own session (setsid(2)), and so a process group and no controlling terminal: it survives the end of this process's session.
    /// </summary>
    public bool NewSession { get; init; }

    /// <summary>Whether its process group is killed when it exits: processes that it has started and left running.</summary>
    public bool TakesGroupAlong { get; init; }
}

/// <summary>An open file to pass to a child.</summary>
/// <param name="Number">The descriptor's number in the child, 3 or more.</param>
/// <param name="Handle">The handle in this process; the caller keeps it and may close it once the child has started.</param>
public readonly record struct ChildDescriptor(int Number, SafeHandle Handle);
