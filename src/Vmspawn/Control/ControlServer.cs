using Vmspawn.Control.MonitorShare;
using Vmspawn.Control.Service;
using Vmspawn.Control.Storage;
using Vmspawn.Guests;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Snapshots;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Control;

/// <summary>The control socket of a running VM, mode 0600, in its runtime directory.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Its name in the runtime directory.</summary>
    public const string SocketName = "control";

    private readonly FinalReplies _finalReplies = new();
    private readonly TaskCompletionSource<QemuEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sharing = new();
    private readonly VarlinkServer _server;
    private QmpShare? _share;

    private readonly IdleTrim _trim = new();

    private ControlServer(
        UnixListener listener, RunningVm vm, MachineSpec spec, Supervisor supervisor, MonitorAccess monitor, DiskHotplug disks, GuestTransports guest, GuestConsole console, Freezer freeze, Func<Task>? beforeRestart, VmMessages messages)
    {
        var inbox = supervisor.Inbox;
        var instance = new MachineInstanceService(monitor, disks, inbox, _finalReplies, messages.Notice);
        var machine = new MachineService(vm, spec, monitor, disks, supervisor, guest, freeze, beforeRestart, _finalReplies, _end.Task);
        var service = new VarlinkService(
            new VarlinkIdentity("vmspawn", "vmspawn", typeof(ControlServer).Assembly.GetName().Version!.ToString(3), "https://varlink.org/"),
            instance.Create(),
            QmpShareInterfaces.VirtualMachine(),
            QmpShareInterfaces.QemuMachine(ShareAsync, MonitorLeft),
            machine.Create(),
            new GuestService(guest).Create(),
            new ConsoleService(console, spec.Console, _finalReplies).Create());
        var options = new VarlinkServerOptions
        {
            AcceptFailed = error => messages.Notice($"control: callers have to wait: {error.Message}"),
            HandlerFailed = (method, error) => messages.Notice($"{method}: {FailureReason.Of(error)}"),
            CallEnded = _trim.Used,
            Dropped = (peer, error) => messages.Notice($"control: process {peer.ProcessId} was disconnected: {error.Message}"),
        };
        _server = VarlinkServer.Start(listener, service, options);

        // It is a forced end, with the same bounds and the same exit status.
        void QuitAsked() => inbox.TryWrite(new KillAsked("quit on the shared monitor"));

        void MonitorLeft(PeerCredentials peer, QmpShareEnd end)
        {
            if (end.Kind is QmpShareEndKind.Dropped)
                messages.Notice($"monitor: process {peer.ProcessId} was disconnected: {end.Text}");
        }

        // One for all programs, created at the first request.
        async Task<QmpShare> ShareAsync()
        {
            try
            {
                var qemu = await monitor.GetAsync().ConfigureAwait(false);
                lock (_sharing)
                    return _share ??= new QmpShare(qemu, new QmpShareOptions { QuitAsked = QuitAsked });
            }
            catch (VmControlException failure)
            {
                throw InstanceFailures.Of(failure);
            }
        }
    }

    /// <summary>Starts to serve; QEMU may still be starting.</summary>
    /// <exception cref="LaunchException">The socket cannot be created.</exception>
    public static ControlServer Start(RunningVm vm, MachineSpec spec, Supervisor supervisor, MonitorAccess monitor, DiskHotplug disks, GuestTransports guest, GuestConsole console, Freezer freeze, Func<Task>? beforeRestart, VmMessages messages)
    {
        try
        {
            var listener = UnixListener.Bind(vm.Directory.PathOf(SocketName));
            return new ControlServer(listener, vm, spec, supervisor, monitor, disks, guest, console, freeze, beforeRestart, messages);
        }
        catch (LinuxException error)
        {
            throw new LaunchException("make the control socket", error.Message, error);
        }
    }

    /// <summary>Answers the calls that wait for the VM's end, and waits until the replies are sent.</summary>
    public async Task EndAsync(QemuEnd end)
    {
        _end.TrySetResult(end);
        await _finalReplies.WaitAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _trim.Dispose();
    }
}
