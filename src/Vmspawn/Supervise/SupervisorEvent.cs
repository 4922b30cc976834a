using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>What can happen to a running VM, one after another in one inbox.</summary>
internal abstract record SupervisorEvent;

/// <summary>QEMU is gone.</summary>
internal sealed record QemuExited(ChildExit Exit) : SupervisorEvent;

/// <summary>A helper is gone.</summary>
internal sealed record HelperExited(RunningHelper Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A helper left in good order, as it does when QEMU ends, but QEMU did not.</summary>
internal sealed record HelperMissed(RunningHelper Helper, ChildExit Exit) : SupervisorEvent;

/// <summary>A signal asks us to stop.</summary>
internal sealed record StopAsked(string Signal) : SupervisorEvent;

/// <summary>The user pressed the escape keys, or a client asked for a forced end.</summary>
/// <param name="By">What asked, for the message.</param>
internal sealed record KillAsked(string By) : SupervisorEvent;

/// <summary>A client asks that the guest be asked to power off; nothing harder follows.</summary>
internal sealed record PowerOffAsked : SupervisorEvent;

/// <summary>A client has reset the guest, so an earlier wish to power off is over.</summary>
internal sealed record ResetAsked : SupervisorEvent;

/// <summary>Something that the user insisted on cannot be had, so the VM ends.</summary>
/// <param name="Reason">A sentence about it.</param>
internal sealed record MachineFailed(string Reason) : SupervisorEvent;

/// <summary>The monitor answers.</summary>
internal sealed record MonitorReady(QmpClient Monitor) : SupervisorEvent;

/// <summary>The monitor is gone, or never answered.</summary>
internal sealed record MonitorLost(string Reason) : SupervisorEvent;

/// <summary>The guest has said something of itself.</summary>
internal sealed record GuestReported : SupervisorEvent;

/// <summary>Our service manager waits for a sign of life.</summary>
internal sealed record WatchdogDue : SupervisorEvent;

/// <summary>A timer for the present rung ran out.</summary>
/// <param name="Generation">Which timer, so that a stale one is known.</param>
internal sealed record RungExpired(int Generation) : SupervisorEvent;

/// <summary>The guest was asked by ssh to power off.</summary>
/// <param name="Generation">Which timer ran then.</param>
/// <param name="Failure">Why it could not be asked, or null when it has taken the wish.</param>
internal sealed record SshAnswered(int Generation, string? Failure) : SupervisorEvent;

/// <summary>Time to press the power button again.</summary>
/// <param name="Generation">Which timer.</param>
internal sealed record PressDue(int Generation) : SupervisorEvent;
