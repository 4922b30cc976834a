namespace Vmspawn.Plan;

/// <summary>A program beside QEMU that serves one of its devices. It is started before QEMU, and its end is the VM's end.</summary>
/// <remarks>
/// Where it can be reached by descriptors that exist before either program runs, nobody waits for it to be ready: what QEMU says
/// first stays in the socket until it listens. Only a program that insists on making its socket itself is waited for.
/// </remarks>
public sealed record HelperPlan
{
    /// <summary>What it does for the VM, such as <c>the TPM</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// What prepares its surroundings and then becomes it: a program with its arguments, to which the program's own path and arguments are
    /// added. Empty for most.
    /// </summary>
    public IReadOnlyList<string> Wrapper { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>Its arguments, without its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init => field = ValueList.Of(value); }

    /// <summary>What it is started with, by ascending number.</summary>
    public required IReadOnlyList<DescriptorPlan> Descriptors { get; init => field = ValueList.Of(value); }

    /// <summary>The socket that it makes in the runtime directory, for whose being there QEMU waits; null when it makes none.</summary>
    public string? Socket { get; init; }

    /// <summary>It ends when QEMU closes its connection; else it is told to, once QEMU is gone.</summary>
    public bool LeavesWithQemu { get; init; } = true;

    /// <summary>What to do about complaints of it that are known.</summary>
    public IReadOnlyList<HelperHint> Hints { get; init => field = ValueList.Of(value); } = ValueList.Of<HelperHint>([]);

    /// <summary>All words that it is started by, the first of which is the program to execute.</summary>
    public IReadOnlyList<string> Command => [.. Wrapper, Program, .. Arguments];

    /// <summary>The program's name with what it does, as messages have it.</summary>
    public string Subject => $"{Path.GetFileName(Program)} ({Purpose})";
}

/// <summary>What to do about a complaint of a helper.</summary>
/// <param name="Sign">The words in its output that it is known by.</param>
/// <param name="Advice">What to do.</param>
public sealed record HelperHint(string Sign, string Advice);
