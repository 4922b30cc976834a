using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>What can happen to a running VM; one inbox takes them in order, one reader handles them.</summary>
internal abstract record SupervisorEvent;

/// <summary>QEMU has ended.</summary>
internal sealed record QemuExited(ChildExit Exit) : SupervisorEvent;

/// <summary>QEMU still exists long after SIGKILL: it hangs in the kernel.</summary>
internal sealed record QemuStuck : SupervisorEvent;

/// <summary>A helper has ended.</summary>
internal sealed record HelperExited(SupervisedProcess Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A helper ended with status 0, as it does when QEMU ends, but QEMU still runs.</summary>
internal sealed record HelperMissed(SupervisedProcess Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A signal, or systemd, asks us to stop.</summary>
/// <param name="Signal">Its name, for the message.</param>
/// <param name="At">When it was received, a timestamp of the supervisor's clock.</param>
internal sealed record StopAsked(string Signal, long At) : SupervisorEvent;

/// <summary>A client or the user at the console requests the end by force.</summary>
/// <param name="By">What asked, for the message.</param>
internal sealed record KillAsked(string By) : SupervisorEvent
{
    /// <summary>A client's request, whose success is status 0; the escape keys leave status 1.</summary>
    public bool IsClient { get; init; } = true;
}

/// <summary>A client asks that the guest be asked to power off; nothing is forced if it does not.</summary>
internal sealed record PowerOffAsked : SupervisorEvent;

/// <summary>A client has reset the guest, so an earlier request to power off is void.</summary>
internal sealed record ResetAsked : SupervisorEvent;

/// <summary>The VM no longer matches the options, so it is ended.</summary>
/// <param name="Reason">A sentence about it.</param>
internal sealed record MachineFailed(string Reason) : SupervisorEvent;

/// <summary>The monitor answers.</summary>
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

/// <summary>Our service manager waits for a sign of life.</summary>
internal sealed record WatchdogDue : SupervisorEvent;

/// <summary>The bound of the present step has passed.</summary>
/// <param name="Generation">Which timer, so that one of an earlier step is recognised.</param>
internal sealed record StepExpired(int Generation) : SupervisorEvent;

/// <summary>QEMU has answered a request over its monitor, or has not within its bound.</summary>
/// <param name="Generation">Which timer ran when it was sent.</param>
/// <param name="Result">The outcome.</param>
internal sealed record RequestEnded(int Generation, MonitorRequest Result) : SupervisorEvent
{
    /// <summary>It was the power button, so that its acceptance means that the guest was asked.</summary>
    public bool AsksGuest { get; init; }
}

/// <summary>The attempt to ask the guest by ssh to power off has ended.</summary>
/// <param name="Generation">Which timer ran when it began.</param>
/// <param name="Failure">Why the guest could not be asked, or null when it accepted.</param>
internal sealed record SshAnswered(int Generation, string? Failure) : SupervisorEvent;

/// <summary>Time to press the power button again.</summary>
/// <param name="Generation">Which timer.</param>
internal sealed record PressDue(int Generation) : SupervisorEvent;
