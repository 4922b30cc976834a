using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A VM whose QEMU has been started: another thing than its plan, and what later stages work on.</summary>
internal sealed class RunningVm(
    VmPlan plan,
    RuntimeDirectoryHandle directory,
    ChildProcess qemu,
    IReadOnlyList<RunningHelper> helpers,
    StderrTail stderr,
    UnixConnection monitor,
    PseudoTerminal? terminal,
    UndoStack held)
    : IDisposable
{
    public VmPlan Plan { get; } = plan;

    /// <summary>Where its sockets are.</summary>
    public RuntimeDirectoryHandle Directory { get; } = directory;

    public ChildProcess Qemu { get; } = qemu;

    /// <summary>The programs that serve QEMU.</summary>
    public IReadOnlyList<RunningHelper> Helpers { get; } = helpers;

    /// <summary>When QEMU was started, by the host's clock.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>What QEMU says on standard error.</summary>
    public StderrTail Stderr { get; } = stderr;

    /// <summary>Our end of the monitor's socket.</summary>
    public UnixConnection Monitor { get; } = monitor;

    /// <summary>Our end of the console, or null when QEMU keeps it or there is none.</summary>
    public PseudoTerminal? Terminal { get; } = terminal;

    /// <summary>Gives everything back; QEMU is killed if it still runs.</summary>
    public void Dispose() => held.Dispose();
}
