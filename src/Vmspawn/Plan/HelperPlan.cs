namespace Vmspawn.Plan;

/// <summary>A program that serves one of QEMU's devices. It is started before QEMU, and the VM ends when it exits.</summary>
/// <remarks>
/// A helper with an inherited socket need not be ready when QEMU starts: what QEMU sends
/// stays in the socket's buffer until the helper reads it. QEMU's start waits only for a helper that creates its socket itself.
/// </remarks>
public sealed record HelperPlan
{
    /// <summary>Its purpose, such as <c>the TPM</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// A program that prepares the environment and executes the helper: its path and arguments, to which the helper's path and arguments are
    /// appended. Usually empty.
    /// </summary>
    public IReadOnlyList<string> Wrapper { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>Its arguments, without its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init => field = ValueList.Of(value); }

    /// <summary>Its inherited descriptors, by ascending number.</summary>
    public required IReadOnlyList<DescriptorPlan> Descriptors { get; init => field = ValueList.Of(value); }

    /// <summary>The socket that it creates in the runtime directory, for which QEMU's start waits; null when it creates none.</summary>
    public string? Socket { get; init; }

    /// <summary>Whether it exits when QEMU closes its connection; otherwise it is sent SIGTERM after QEMU has exited.</summary>
    public bool LeavesWithQemu { get; init; } = true;

    /// <summary>The remedies for known error messages of it.</summary>
    internal IReadOnlyList<HelperHint> Hints { get; init => field = ValueList.Of(value); } = ValueList.Of<HelperHint>([]);

    /// <summary>The complete command line, starting with the program to execute.</summary>
    public IReadOnlyList<string> Command => [.. Wrapper, Program, .. Arguments];

    /// <summary>The program's name and purpose, for messages.</summary>
    public string Subject => $"{Path.GetFileName(Program)} ({Purpose})";
}

/// <summary>The remedy for an error message of a helper.</summary>
/// <param name="Sign">The words in its output that identify the error.</param>
/// <param name="Advice">The remedy, for the user.</param>
internal sealed record HelperHint(string Sign, string Advice);
