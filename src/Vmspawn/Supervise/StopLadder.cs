namespace Vmspawn.Supervise;

/// <summary>Decides how hard to stop a VM: pure, so that each rung and bound can be tested without waiting.</summary>
/// <param name="Rung">Where the stop stands.</param>
internal readonly record struct StopLadder(StopStep Rung)
{
    /// <summary>What systemd gives a unit to stop before it kills it (systemd-system.conf(5), DefaultTimeoutStopSec=).</summary>
    private static readonly TimeSpan GuestBound = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan ProcessBound = TimeSpan.FromSeconds(5);

    /// <summary>A guest that is still booting loses the button's press, so it is pressed again.</summary>
    public static readonly TimeSpan PressAgain = TimeSpan.FromSeconds(5);

    /// <summary>A guest that was told by ssh to power off is left alone for this long.</summary>
    public static readonly TimeSpan TrustInSsh = TimeSpan.FromSeconds(30);

    /// <summary>How often the button is pressed for somebody who only asks: as long as the guest would have otherwise.</summary>
    public static int PoliteTries => (int)(GuestBound / PressAgain);

    /// <summary>How long the present rung may take; infinite before anybody asked and after the last.</summary>
    public TimeSpan Bound => Rung switch
    {
        StopStep.PowerOff => GuestBound,
        StopStep.Quit or StopStep.Terminate => ProcessBound,
        _ => Timeout.InfiniteTimeSpan,
    };

    /// <summary>Whether the guest had no say any more.</summary>
    public bool IsForced => Rung >= StopStep.Quit;

    /// <summary>A signal asks: the first politely, each further one for the next rung.</summary>
    public StopLadder Asked(bool monitorWorks) => Climb(monitorWorks);

    /// <summary>The bound has passed.</summary>
    public StopLadder Expired(bool monitorWorks) => Climb(monitorWorks);

    /// <summary>The user wants it gone now.</summary>
    public StopLadder KillAsked(bool monitorWorks) =>
        Rung >= StopStep.Quit ? Climb(monitorWorks) : new StopLadder(monitorWorks ? StopStep.Quit : StopStep.Terminate);

    private StopLadder Climb(bool monitorWorks)
    {
        var next = Rung == StopStep.Kill ? StopStep.Kill : Rung + 1;
        // The lower rungs speak through the monitor.
        return new StopLadder(!monitorWorks && next < StopStep.Terminate ? StopStep.Terminate : next);
    }
}

/// <summary>How far a stop has gone. Each rung is tried for its <see cref="StopLadder.Bound"/>, then the next.</summary>
public enum StopStep
{
    /// <summary>Nobody asked.</summary>
    None,

    /// <summary>The guest was asked to power off, by the ACPI button.</summary>
    PowerOff,

    /// <summary>QEMU was asked to quit: the guest loses power, QEMU still flushes its disks.</summary>
    Quit,

    /// <summary>SIGTERM to QEMU.</summary>
    Terminate,

    /// <summary>SIGKILL to QEMU.</summary>
    Kill,
}
