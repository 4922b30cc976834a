namespace Vmspawn.Plan;

/// <summary>A program beside QEMU that serves one of its devices. It is started before QEMU, and its end is the VM's end.</summary>
/// <remarks>
/// It is reached by descriptors that exist before either program runs, so nobody waits for it to be ready: what QEMU says first
/// stays in the socket until it listens.
/// </remarks>
public sealed record HelperPlan
{
    /// <summary>What it does for the VM, such as <c>the TPM</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments, without its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>What it is started with, by ascending number.</summary>
    public required IReadOnlyList<DescriptorPlan> Descriptors { get; init; }

    /// <summary>The program's name with what it does, as messages have it.</summary>
    public string Subject => $"{Path.GetFileName(Program)} ({Purpose})";
}
