namespace Vmspawn;

/// <summary>Why a request to a machine of another process failed.</summary>
public enum RunningMachineFailure
{
    /// <summary>No machine of this name runs.</summary>
    NotRunning,

    /// <summary>It runs, but its server or its QEMU does not answer.</summary>
    NotAnswering,

    /// <summary>It belongs to another user.</summary>
    NotPermitted,

    /// <summary>It ended before it answered.</summary>
    Ended,

    /// <summary>Its server does not offer this; systemd-vmspawn's offers less than vmspawn's.</summary>
    NotOffered,

    /// <summary>Its server refused: see <see cref="RunningMachineException.Refusal"/>.</summary>
    Refused,

    /// <summary>The guest has not released the disk within the time limit.</summary>
    NotReleased,

    /// <summary>A file or volume cannot be a disk.</summary>
    BadFile,

    /// <summary>Its server has ended a subscription of events, and the machine runs on: events were not read in time.</summary>
    EventsLost,

    /// <summary>The connection to it has failed.</summary>
    Disconnected,
}

/// <summary>A request to a machine of another process failed; the message is a sentence for users, which begins with the machine's name.</summary>
public sealed class RunningMachineException : VmException
{
    internal RunningMachineException(RunningMachineFailure failure, Problem problem, Exception? cause = null)
        : base(problem.ToString(), cause) => (Failure, Problem) = (failure, problem);

    /// <summary>Why.</summary>
    public RunningMachineFailure Failure { get; }

    /// <summary>The message in its parts.</summary>
    public Problem Problem { get; }

    /// <summary>Why its server refused, where it said so.</summary>
    public VmControlFailure? Refusal { get; internal init; }
}
