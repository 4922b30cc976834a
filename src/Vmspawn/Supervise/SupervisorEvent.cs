using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>The events of a running VM; one inbox keeps them in order, one reader handles them.</summary>
internal abstract record SupervisorEvent;

/// <summary>QEMU has ended.</summary>
internal sealed record QemuExited(ChildExit Exit) : SupervisorEvent;

/// <summary>QEMU still exists after the time limit for SIGKILL: it hangs in the kernel.</summary>
internal sealed record QemuStuck : SupervisorEvent;

/// <summary>A helper has ended.</summary>
internal sealed record HelperExited(SupervisedProcess Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A helper ended with status 0, as it does when QEMU ends, but QEMU still runs.</summary>
internal sealed record HelperMissed(SupervisedProcess Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A signal, or systemd, requests the stop.</summary>
/// <param name="Signal">Its name, for the message.</param>
/// <param name="At">When it was received, a timestamp of the supervisor's clock.</param>
internal sealed record StopAsked(string Signal, long At) : SupervisorEvent;

/// <summary>A client or the user at the console requests the forced end.</summary>
/// <param name="By">The source of the request, for the message.</param>
internal sealed record KillAsked(string By) : SupervisorEvent
{
    /// <summary>A client's request, whose success is status 0; the escape keys leave status 1.</summary>
    public bool IsClient { get; init; } = true;
}

/// <summary>A client requests the end, after which the owner starts the machine again. Another request for the end revokes it.</summary>
/// <param name="Request">The request, which the owner answers.</param>
internal sealed record RestartAsked(RestartRequest Request) : SupervisorEvent;

/// <summary>A client requests that the guest powers off; nothing is forced if it does not.</summary>
internal sealed record PowerOffAsked : SupervisorEvent;

/// <summary>A client has reset the guest, so an earlier request to power off is void.</summary>
internal sealed record ResetAsked : SupervisorEvent;

/// <summary>The VM no longer matches the options, so it is ended.</summary>
/// <param name="Reason">A sentence about it.</param>
internal sealed record MachineFailed(string Reason) : SupervisorEvent;

/// <summary>The monitor is connected.</summary>
internal sealed record MonitorReady(QmpClient Monitor) : SupervisorEvent;

/// <summary>The connection to the monitor has ended, or never became usable.</summary>
/// <param name="Reason">Why, as the end of a sentence.</param>
internal sealed record MonitorLost(string Reason) : SupervisorEvent
{
    /// <summary>QEMU did not greet within the bound; otherwise the connection was closed or broken.</summary>
    public bool IsTimeout { get; init; }
}

/// <summary>The connection to the monitor was lost, and some time later QEMU still runs.</summary>
internal sealed record MonitorMissed(string Reason) : SupervisorEvent;

/// <summary>The guest has reported something.</summary>
internal sealed record GuestReported : SupervisorEvent;

/// <summary>The service manager's watchdog has to be reset.</summary>
internal sealed record WatchdogDue : SupervisorEvent;

/// <summary>The time limit of the current step has passed.</summary>
/// <param name="Generation">The timer's number, by which a timer of an earlier step is recognised.</param>
internal sealed record StepExpired(int Generation) : SupervisorEvent;

/// <summary>A request to QEMU's monitor was answered, or its time limit has passed.</summary>
/// <param name="Generation">The number of the timer at the time of the request.</param>
/// <param name="Result">The outcome.</param>
internal sealed record RequestEnded(int Generation, MonitorRequest Result) : SupervisorEvent
{
    /// <summary>Whether it pressed the power button, so that its acceptance means that the guest was requested to power off.</summary>
    public bool AsksGuest { get; init; }
}

/// <summary>The attempt to power off the guest by ssh has ended.</summary>
/// <param name="Generation">The number of the timer at its start.</param>
/// <param name="Failure">Why it failed, or null when the guest accepted.</param>
internal sealed record SshAnswered(int Generation, string? Failure) : SupervisorEvent;

/// <summary>The power button must be pressed again.</summary>
/// <param name="Generation">The timer's number.</param>
internal sealed record PressDue(int Generation) : SupervisorEvent;
