using Vmspawn.Control;
using Vmspawn.Control.Storage;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Plan.Arguments;
using Vmspawn.Registration;
using Vmspawn.Spec;
using Vmspawn.Ssh;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>Starts the parts of a machine, in their order, and ends them when one fails.</summary>
internal static class MachineLaunch
{
    /// <summary>Starts all parts; on a failure those that were started are ended.</summary>
    public static async Task<VirtualMachine> RunAsync(VmPlanning planning, VmStartOptions start, CancellationToken cancel)
    {
        var (plan, spec, variable) = (planning.Require(), planning.Spec!, planning.Environment.Variable);
        var journal = new VmJournal(planning.Options, plan);
        var messages = journal.Of(VmLog.MessagesFor(start.LoggerFactory));
        // A failed undo step is an error, but replaces neither the guest's status nor the reason of a failure.
        void Report(string problem) => messages.Error($"{plan.Name}: {problem}");
        void Step(string step) => messages.Detail($"{plan.Name}: {step}");
        var held = new UndoStack(Report);
        LogWriter? log = null;
        if (start.LogFile is { } file)
        {
            var notice = messages.Notice;
            log = held.Add("close the log", new LogWriter(file, (what, why) => notice($"{plan.Name}: cannot {what}, so the machine runs without: {FailureReason.Of(why)}")));
            messages = log.Of(messages);
        }

        try
        {
            var inbox = Supervisor.CreateInbox();
            messages.Detail($"{plan.Name}: the plan is made; starting it");
            Supervisor? followed = null;
            var scope = start.Restarts?.TakeKept() as MachineScope;
            scope?.Follow(inbox.Writer);
            scope ??= start.Integration.HasFlag(HostIntegration.Registration)
                ? await MachineScope.EnterAsync(spec, inbox.Writer, problem => messages.Notice($"{plan.Name}: {problem}"), cancel).ConfigureAwait(false)
                : null;
            if (scope is not null)
                held.Add("leave the scope unit", new KeptFor(scope, () => followed?.Restart));
            var vm = held.Add("undo the launch", await Launcher.LaunchAsync(plan, spec.Host.Runtime, PassedDevices.Of(variable), Report, Step, journal.Add, cancel).ConfigureAwait(false));
            var service = start.Integration.HasFlag(HostIntegration.ServiceManager) ? ServiceManager.Of(variable) : ServiceManager.Of(_ => null);
            var manager = held.Add("leave the service manager", new ManagerLink(service, vm.Qemu.Id, planning.Options.NotifyReady, inbox.Writer));
            var login = vm.Ssh is { } access ? SshLogin.Of(access, variable, start.SshProxy) : null;
            var channels = held.Add("close the channels into the guest", new MachineChannels(
                vm, spec.Channels, login, why => messages.Detail($"{plan.Name}: {why}"), (what, why) => messages.Notice($"{plan.Name}: cannot {what}: {FailureReason.Of(why)}")));
            var supervisor = held.Add("end the supervision", new Supervisor(SupervisedVm.Of(vm, login) with { Before = Before(planning), PortChanged = channels.PortChanged, GuestReset = channels.GuestReset, EventArrived = journal.Add }, inbox, manager, messages, TimeProvider.System));
            followed = supervisor;
            if (service.IsThere && planning.Options.NotifyReady && plan.Vsock is null)
                messages.Notice($"{plan.Name}: without a vsock it is ready when its guest runs \"echo READY=1 >/dev/virtio-ports/{NotifyArguments.PortName}\"; --notify-ready=no does not wait for that");
            // QEMU boots meanwhile, so that what follows does not delay the guest.
            var monitor = new MonitorAccess(supervisor.Monitor);
            var disks = held.Add("stop following the disks", new DiskHotplug(spec, plan, monitor, TimeProvider.System, messages));
            var console = held.Add("stop reading the guest's console", new GuestConsole(
                vm.Terminal, start.ConsoleHistory, VirtualMachine.FactorOf(spec, start), (what, why) => messages.Notice($"{plan.Name}: cannot {what}: {FailureReason.Of(why)}"), TimeProvider.System));
            log?.Follow(console);
            var freeze = new MachineFreeze(planning, vm, monitor, disks.Table, channels, () => supervisor.Guest);
            MachineRegistration? registration = null;
            Task BeforeRestartAsync() => registration?.LeaveAsync() ?? Task.CompletedTask;
            var control = start.Integration.HasFlag(HostIntegration.ControlSocket)
                ? held.Add("close the control socket", ControlServer.Start(vm, spec, supervisor, monitor, disks, channels.All, console, freeze.RunAsync, start.CanRestart ? BeforeRestartAsync : null, messages))
                : null;
            if (start.Integration.HasFlag(HostIntegration.Registration))
                registration = held.Add("unregister the machine", MachineRegistration.Start(spec, vm, scope, supervisor.Inbox, () => supervisor.Restart, messages));
            if (start.Integration.HasFlag(HostIntegration.HostSleep) && HostSleep.Watch(plan.Name, supervisor.Monitor, messages) is { } sleep)
                held.Add("stop following the host's sleep", sleep);
            if (start.Integration.HasFlag(HostIntegration.NextSshKey) && spec is { Ssh: { } ssh, Host.Runtime.IsFallback: false })
            {
                var tasks = held.Add("stop making the next SSH key", new BackgroundTasks((what, why) => messages.Notice($"{plan.Name}: cannot {what}: {FailureReason.Of(why)}")));
                tasks.Run("make the SSH key of the next machine", stop => PrepareNextKeyAsync(supervisor.Monitor, ssh, stop));
            }

            log?.Say($"{plan.Name}: started as process {Environment.ProcessId}, its QEMU is process {vm.Qemu.Id}");
            var machine = new VirtualMachine(planning, start, held, vm, supervisor, manager, control, channels, console, freeze, journal, log) { Disks = new VmDisks(disks) };
            if (planning is { Snapshot: { } snapshot, Options.Restore: { } request })
                machine.Continue(snapshot, request, VirtualMachine.FactorOf(spec, start), messages);
            return machine;
        }
        catch (Exception error)
        {
            await held.DisposeAsync().ConfigureAwait(false);
            if (error is LaunchException failed)
                throw VmLaunchException.Of(failed, plan, journal);
            throw;
        }
    }

    private static GuestState Before(VmPlanning planning) =>
        planning.Snapshot is { Manifest: var manifest } ? new GuestState(manifest.IsReady, manifest.Status, null) : GuestState.Silent;

    /// <summary>Makes it once QEMU has made the machine, so that it does not delay the guest.</summary>
    private static async Task PrepareNextKeyAsync(MonitorSlot monitor, SshSpec ssh, CancellationToken stop)
    {
        if (await Task.WhenAny(monitor.Ready, monitor.Lost).WaitAsync(stop).ConfigureAwait(false) == monitor.Ready)
            await new SshKeyMaker(ssh.Source).PrepareNextKeyAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Disposes something at the end, unless the machine is started again, which needs it.</summary>
    private sealed class KeptFor(IAsyncDisposable thing, Func<RestartRequest?> restart) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            if (restart() is not { } request)
                return thing.DisposeAsync();
            request.Keep(thing);
            return ValueTask.CompletedTask;
        }
    }
}
