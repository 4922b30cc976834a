using Vmspawn.Qmp;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Failures of requests to machines, as problems for the user.</summary>
internal static class MachineProblems
{
    /// <summary>The problem for an exception, or null for a programming error.</summary>
    public static Problem? Of(string machine, Exception error) => error switch
    {
        MachineException known => known.Problem,
        RunningMachineException failed => failed.Problem,
        VmNetworkException failed => failed.Problem,
        GuestChannelException or GuestWaitException or VmTimeoutException or GuestCommandException => new("guest", machine, error.Message),
        QmpCommandException refused => new("qmp-refused", machine, $"{refused.Command}: QEMU refuses: {refused.Description}"),
        QmpTimeoutException late => new("qmp-silent", machine, late.Message, "--timeout= allows more time"),
        QmpException failed => new("qmp-ended", machine, failed.Message),
        _ => null,
    };
}

/// <summary>A subcommand cannot do what was asked.</summary>
internal sealed class MachineException(Problem problem) : Exception(problem.ToString())
{
    public MachineException(string code, string subject, string text, string? hint = null)
        : this(new Problem(code, subject, text, hint))
    {
    }

    /// <summary>The problem to report.</summary>
    public Problem Problem { get; } = problem;
}
