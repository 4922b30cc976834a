namespace Vmspawn.Cli;

/// <summary>What <c>vmspawn run</c> does with the machine that it starts.</summary>
internal abstract record RunMode;

/// <summary>Show its console on the standard streams until its end.</summary>
internal sealed record Attended : RunMode;

/// <summary>Run one command in its guest, and power it off.</summary>
/// <param name="Line">A line for the guest's shell.</param>
/// <param name="ShowsConsole">Whether the guest's console is shown on standard error.</param>
/// <param name="Timeout">The time limit for the guest's first answer, or null for the default.</param>
internal sealed record OneCommand(string Line, bool ShowsConsole, TimeSpan? Timeout) : RunMode;

/// <summary>Leave it running in the background once its guest is ready.</summary>
/// <param name="Timeout">The time limit for the guest, or null for the default.</param>
internal sealed record Detached(TimeSpan? Timeout) : RunMode
{
    /// <summary>In the process that owns the machine: the numbers of the descriptors of its <see cref="Running.CallerLink"/>. Null in the process that starts that one.</summary>
    public (int Answer, int Hold)? Link { get; init; }
}
