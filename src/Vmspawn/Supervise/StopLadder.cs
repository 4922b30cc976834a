namespace Vmspawn.Supervise;

/// <summary>Decides how hard to stop a VM; pure, so that each step and bound is tested without waiting.</summary>
/// <param name="Step">Where the stop stands.</param>
internal readonly record struct StopLadder(StopStep Step)
{
    /// <summary>What systemd gives a unit to stop before it kills it (systemd-system.conf(5), DefaultTimeoutStopSec=).</summary>
    private static readonly TimeSpan GuestBound = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan ProcessBound = TimeSpan.FromSeconds(5);

    /// <summary>A killed process exits at once unless it hangs in the kernel; then nothing can end it.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(30);

    /// <summary>A guest that is still booting loses the button's press, so it is pressed again.</summary>
    public static readonly TimeSpan PressAgain = TimeSpan.FromSeconds(5);

    /// <summary>After a guest has accepted by ssh the button is not pressed for this long.</summary>
    public static readonly TimeSpan TrustInSsh = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Signals within this time of the first are one request: timeout(1) and Ctrl-C in a script signal the process and its group at once.
    /// </summary>
    public static readonly TimeSpan OneRequest = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the button is pressed for a client that only asks: as long as for a signal.</summary>
    public static int PoliteTries => (int)(GuestBound / PressAgain);

    /// <summary>How long the present step may take once its request was accepted; infinite before any.</summary>
    public TimeSpan Bound => Step switch
    {
        StopStep.PowerOff => GuestBound,
        StopStep.Quit or StopStep.Terminate => ProcessBound,
        StopStep.Kill => KillBound,
        _ => Timeout.InfiniteTimeSpan,
    };

    /// <summary>Whether the VM is ended without the guest's consent.</summary>
    public bool IsForced => Step >= StopStep.Quit;

    /// <summary>A signal asks: the first asks the guest, each further one takes the next step.</summary>
    public StopLadder Asked(bool monitorWorks) => Next(monitorWorks);

    /// <summary>The bound has passed, or the request of the step cannot be made.</summary>
    public StopLadder Expired(bool monitorWorks) => Next(monitorWorks);

    /// <summary>The end by force is requested.</summary>
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
public enum StopStep
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
