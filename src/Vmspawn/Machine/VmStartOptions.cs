using Microsoft.Extensions.Logging;

namespace Vmspawn;

/// <summary>How a machine is started; nothing of it changes what the guest sees.</summary>
public sealed record VmStartOptions
{
    /// <summary>
    /// Receives messages in the category <c>Vmspawn.Machine</c>: what users are told (Information), each step (Debug), failures that do not end
    /// the machine (Error). The logger must not block. Null for none.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What is done besides the start of QEMU and its helpers. By default nothing.</summary>
    public HostIntegration Integration { get; init; } = HostIntegration.None;

    /// <summary>Whether the start returns only when QEMU's monitor has answered: QEMU has made the machine then.</summary>
    public bool WaitsForMonitor { get; init; } = true;

    /// <summary>The factor for default time limits of waits on a guest whose processors are emulated.</summary>
    public double EmulationFactor { get; init; } = 10;

    /// <summary>
    /// The words of a command that connects ssh(1) to an address and a port of <see cref="SshAccess"/>, which are appended, and passes the connection to
    /// it. A guest that is only reached by vsock is asked by ssh to power off if there is one; null for none.
    /// </summary>
    public IReadOnlyList<string>? SshProxy { get; init; }

    /// <summary>
    /// A file that receives what the guest writes to its console, as text without terminal sequences, and the messages about the machine, as lines that begin with <c>vmspawn:</c>. It
    /// is written in the background with mode 0600, replaces that of an earlier run, and is bounded: after 4 MiB it becomes <c>FILE.1</c>, which is replaced. The oldest of more than
    /// a hundred logs in its directory are removed. A failure to write it is a message. Null for none; <see cref="MachineLog.PathOf"/> is where <c>vmspawn logs</c> looks.
    /// </summary>
    public string? LogFile { get; init; }

    /// <summary>
    /// Whether <c>vmspawn restart</c> and <see cref="RunningMachine.RestartAsync"/> are accepted: the machine ends, and its owner has to start it again where
    /// <see cref="VirtualMachine.Restart"/> is not null.
    /// </summary>
    public bool CanRestart { get; init; }

    /// <summary>The request that this start answers, of a machine that has ended; its scope unit is used again. The start takes what it needs, and does not dispose it.</summary>
    public VmRestart? Restarts { get; init; }

    /// <summary>How many bytes of the console, and how many characters of its text, are kept; the oldest are removed first. The memory is allocated when it is needed.</summary>
    public int ConsoleHistory { get; init; } = 4 << 20;
}

/// <summary>What makes a machine known to its host. Each of these affects the whole process, or is seen by others, so a library asks for none.</summary>
[Flags]
public enum HostIntegration
{
    /// <summary>Only this process knows of the machine.</summary>
    None = 0,

    /// <summary>A control socket in the runtime directory: <c>vmspawn list</c>, <c>status</c> and <c>ssh</c>, and varlinkctl(1), find the machine.</summary>
    ControlSocket = 1,

    /// <summary>systemd-machined, and a scope unit that this process moves into, as the options say (<c>--register=</c>, <c>--slice=</c>).</summary>
    Registration = 2,

    /// <summary>Notifications of this process's service manager, sd_notify(3): readiness, status, watchdog.</summary>
    ServiceManager = 4,

    /// <summary>The machine is paused while the host sleeps.</summary>
    HostSleep = 8,

    /// <summary>
    /// An SSH key is made for the next machine of this user while this one runs, and kept in the runtime directory, because making one takes time. Not where
    /// that directory may outlive the user's session.
    /// </summary>
    NextSshKey = 16,

    /// <summary>Everything: what <c>vmspawn run</c> does.</summary>
    All = ControlSocket | Registration | ServiceManager | HostSleep | NextSshKey,
}
