namespace Vmspawn.Supervise;

/// <summary>How far a stop has gone. Each rung is tried for its <see cref="StopLadder.Bound"/>, then the next.</summary>
public enum StopRung
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
