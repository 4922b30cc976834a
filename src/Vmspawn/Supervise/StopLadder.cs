namespace Vmspawn.Supervise;

/// <summary>Determines the steps to stop a VM; pure, so that each step and time limit can be tested without waiting.</summary>
/// <param name="Step">The current step.</param>
internal readonly record struct StopLadder(StopStep Step)
{
    /// <summary>The time that systemd gives a unit to stop before it kills it (systemd-system.conf(5), DefaultTimeoutStopSec=).</summary>
    private static readonly TimeSpan GuestBound = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan ProcessBound = TimeSpan.FromSeconds(5);

    /// <summary>The time limit after SIGKILL: a process exits at once unless it hangs in the kernel, and then it cannot be ended.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(30);

    /// <summary>The interval of the button's presses: a guest that is still booting may miss one.</summary>
    public static readonly TimeSpan PressAgain = TimeSpan.FromSeconds(5);

    /// <summary>After a guest has accepted by ssh the button is not pressed for this long.</summary>
    public static readonly TimeSpan PowerOffAfterSsh = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Signals within this time of the first are one request: timeout(1) and Ctrl-C in a script signal the process and its group at once.
    /// </summary>
    public static readonly TimeSpan OneRequest = TimeSpan.FromMilliseconds(500);

    /// <summary>The number of presses of the button for a client's request: for as long as after a signal.</summary>
    public static int PressesForRequest => (int)(GuestBound / PressAgain);

    /// <summary>The time limit of the current step once its request was accepted; infinite before the first step.</summary>
    public TimeSpan Bound => Step switch
    {
        StopStep.PowerOff => GuestBound,
        StopStep.Quit or StopStep.Terminate => ProcessBound,
        StopStep.Kill => KillBound,
        _ => Timeout.InfiniteTimeSpan,
    };

    /// <summary>Whether the VM is ended without the guest's consent.</summary>
    public bool IsForced => Step >= StopStep.Quit;

    /// <summary>The step after a signal: the first requests the guest to power off, each further one takes the next step.</summary>
    public StopLadder Asked(bool monitorWorks) => Next(monitorWorks);

    /// <summary>The step after the time limit has passed, or the step's request has failed.</summary>
    public StopLadder Expired(bool monitorWorks) => Next(monitorWorks);

    /// <summary>The step after a request for a forced end.</summary>
    public StopLadder KillAsked(bool monitorWorks) =>
        Step >= StopStep.Quit ? Next(monitorWorks) : new StopLadder(monitorWorks ? StopStep.Quit : StopStep.Terminate);

    private StopLadder Next(bool monitorWorks)
    {
        var next = Step == StopStep.Kill ? StopStep.Kill : Step + 1;
        // The steps before SIGTERM need the monitor.
        return new StopLadder(!monitorWorks && next < StopStep.Terminate ? StopStep.Terminate : next);
    }
}

/// <summary>The steps of a stop. Each step has its time limit <see cref="StopLadder.Bound"/>, after which the next one follows.</summary>
internal enum StopStep
{
    /// <summary>No stop was requested.</summary>
    None,

    /// <summary>The guest was asked to power off, by ssh or the ACPI button.</summary>
    PowerOff,

    /// <summary>QEMU was asked to quit: the guest loses power, QEMU still flushes its disks.</summary>
    Quit,

    /// <summary>SIGTERM to QEMU.</summary>
    Terminate,

    /// <summary>SIGKILL to QEMU.</summary>
    Kill,
}
