using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A VM whose QEMU has been started: the processes, sockets and files that belong to it.</summary>
internal sealed class RunningVm(
    VmPlan plan,
    RuntimeDirectoryHandle directory,
    ChildProcess qemu,
    IReadOnlyList<RunningHelper> helpers,
    StderrTail stderr,
    UnixConnection monitor,
    PseudoTerminal? terminal,
    UndoStack held)
    : IAsyncDisposable
{
    public VmPlan Plan { get; } = plan;

    /// <summary>The directory of its sockets.</summary>
    public RuntimeDirectoryHandle Directory { get; } = directory;

    public ChildProcess Qemu { get; } = qemu;

    /// <summary>The helpers.</summary>
    public IReadOnlyList<RunningHelper> Helpers { get; } = helpers;

    /// <summary>When QEMU was started, by the host's clock.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>QEMU's standard error.</summary>
    public StderrTail Stderr { get; } = stderr;

    /// <summary>vmspawn's end of the monitor's socket.</summary>
    public UnixConnection Monitor { get; } = monitor;

    /// <summary>vmspawn's end of the console, or null when QEMU handles it or there is none.</summary>
    public PseudoTerminal? Terminal { get; } = terminal;

    /// <summary>How to connect to the guest by SSH, or null when unknown.</summary>
    public SshAccess? Ssh => Plan.Ssh is { } ssh
        ? new SshAccess(Plan.Name, SshAddress(ssh), ssh.Port, Directory.PathOf(ssh.KeyFile))
        : null;

    /// <summary>The same by vsock, for programs that support no port; null where there is no vsock or no key.</summary>
    public SshAccess? SshByVsock => (Plan.Ssh, Plan.Vsock) is ({ } ssh, not null)
        ? new SshAccess(Plan.Name, VsockAddress(), SshFiles.Port, Directory.PathOf(ssh.KeyFile))
        : null;

    /// <summary>The throw-away overlays of its disks by their slots in the plan.</summary>
    public IReadOnlyDictionary<string, SafeFileHandle> Overlays { get; init; } = new Dictionary<string, SafeFileHandle>();

    /// <summary>The receivers of the guest's notifications.</summary>
    public IReadOnlyList<NotifyReceiver> Receivers { get; init; } = [];

    /// <summary>vmspawn's end of the virtio port for commands in the guest, or null.</summary>
    public UnixConnection? Shell { get; init; }

    /// <summary>vmspawn's end of the virtio port for qemu-guest-agent, or null.</summary>
    public UnixConnection? Agent { get; init; }

    /// <summary>Undoes the launch; QEMU is killed if it still runs.</summary>
    public ValueTask DisposeAsync() => held.DisposeAsync();

    private string SshAddress(SshPlan ssh) => ssh.Way == SshWay.Loopback ? "127.0.0.1" : VsockAddress();

    private string VsockAddress() => Plan.Vsock!.Socket is { } socket
        ? $"{SshAccess.VsockMuxPrefix}{Directory.PathOf(socket)}"
        : $"{SshAccess.VsockPrefix}{Plan.Vsock.Cid}";
}
