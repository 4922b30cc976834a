using System.Net;
using System.Text;
using Vmspawn.Control;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Qmp;
using Vmspawn.Snapshots;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>
/// A virtual machine that this process owns: it ends when this object is disposed, and when this process ends in whatever way (its children
/// have a parent-death signal, prctl(2)). All members may be used from any thread.
/// </summary>
public sealed class VirtualMachine : IAsyncDisposable
{
    private readonly VmPlanning _planning;
    private readonly UndoStack _held;
    private readonly RunningVm _vm;
    private readonly Supervisor _supervisor;
    private readonly ManagerLink _manager;
    private readonly ControlServer? _control;
    private readonly VmJournal _journal;
    private readonly LogWriter? _log;
    private readonly MachineFreeze _freeze;
    private readonly Lock _lock = new();
    private MachineContinuation? _continuation;
    private Task? _disposal;

    internal VirtualMachine(VmPlanning planning, VmStartOptions start, UndoStack held, RunningVm vm, Supervisor supervisor, ManagerLink manager, ControlServer? control, MachineChannels channels, GuestConsole console, MachineFreeze freeze, VmJournal journal, LogWriter? log)
    {
        _planning = planning;
        _held = held;
        _vm = vm;
        _supervisor = supervisor;
        _manager = manager;
        _control = control;
        _freeze = freeze;
        _journal = journal;
        _log = log;
        Console = console;
        Exited = FollowAsync();
        Console.EndsWith(Exited);
        Guest = new Guest(channels.All, new MachineWatch(Exited, Console, FactorOf(planning.Spec!, start)), _ => Task.FromResult(supervisor.Guest.Ready));
    }

    /// <summary>Its name, unique among the running machines of this user.</summary>
    public string Name => Plan.Name;

    /// <summary>What was started.</summary>
    public VmPlan Plan => _vm.Plan;

    /// <summary>Whether its processors are emulated, because KVM does not work here or was not wanted.</summary>
    public bool IsEmulated => IsEmulation(Spec);

    /// <summary>Completes when the machine has ended; never fails.</summary>
    public Task<VmExit> Exited { get; }

    /// <summary>The guest's console.</summary>
    public GuestConsole Console { get; }

    /// <summary>The system in it: commands, files, readiness.</summary>
    public Guest Guest { get; }

    /// <summary>Its disks.</summary>
    public VmDisks Disks { get; internal init; } = null!;

    /// <summary>Its network cards, in the order of the options.</summary>
    public IReadOnlyList<VmNic> Nics => [.. Spec.Nics.Select(nic => new VmNic(this, nic))];

    /// <summary>Where it is between its start and its end.</summary>
    public VmState State =>
        Exited.IsCompleted ? VmState.Ended
        : _supervisor.IsStopping ? VmState.Stopping
        : _supervisor.Guest.Ready ? VmState.Ready
        : VmState.Running;

    /// <summary>The guest's own last line about itself (<c>STATUS=</c> of sd_notify(3)), or null.</summary>
    public string? GuestStatus => _supervisor.Guest.Status;

    /// <summary>Once it has ended: a client's request to start it again (<see cref="VmStartOptions.CanRestart"/>), or null. The owner disposes it, after this object.</summary>
    public VmRestart? Restart => Exited.IsCompleted && _supervisor.Restart is { } request ? new VmRestart(request, Name) : null;

    /// <summary>How root logs in by SSH; null where no way is known. The guest may not be ready for it yet.</summary>
    public SshAccess? Ssh => _vm.Ssh;

    internal MachineSpec Spec => _planning.Spec!;

    internal MonitorSlot Monitor => _supervisor.Monitor;

    /// <summary>Plans and starts a machine.</summary>
    /// <param name="options">The machine.</param>
    /// <param name="start">How it is started; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start and undoes it; it has no meaning once this has returned.</param>
    /// <exception cref="VmPlanException">It cannot be planned; nothing was started.</exception>
    /// <inheritdoc cref="StartAsync(VmPlanning, VmStartOptions?, CancellationToken)"/>
    public static async Task<VirtualMachine> StartAsync(VmOptions options, VmStartOptions? start = null, CancellationToken cancellationToken = default) =>
        await StartAsync(await VmPlanning.OfAsync(options, null, cancellationToken).ConfigureAwait(false), start, cancellationToken).ConfigureAwait(false);

    /// <summary>Starts what was planned.</summary>
    /// <param name="planning">The plan.</param>
    /// <param name="start">How it is started; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start and undoes it; it has no meaning once this has returned.</param>
    /// <returns>The machine, whose guest boots.</returns>
    /// <exception cref="VmPlanException">There is no plan.</exception>
    /// <exception cref="VmLaunchException">A step failed; nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static async Task<VirtualMachine> StartAsync(VmPlanning planning, VmStartOptions? start = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(planning);
        var how = start ?? new VmStartOptions();
        var machine = await MachineLaunch.RunAsync(planning, how, cancellationToken).ConfigureAwait(false);
        if (!how.WaitsForMonitor)
            return machine;
        try
        {
            await Task.WhenAny(machine.Monitor.Ready, machine.Exited).WaitAsync(cancellationToken).ConfigureAwait(false);
            // A guest may power off before QEMU's monitor is answered.
            if (machine._continuation is { } continuation)
            {
                await Task.WhenAny(continuation.Done, machine.Exited).WaitAsync(cancellationToken).ConfigureAwait(false);
                if (machine.Exited.IsCompleted && await machine.Exited.ConfigureAwait(false) is { IsSuccess: false } failed)
                    throw VmLaunchException.Of(failed, machine, machine._journal);
            }

            if (!machine.Monitor.Ready.IsCompleted && await machine.Exited.ConfigureAwait(false) is { IsSuccess: false } exit)
                throw VmLaunchException.Of(exit, machine, machine._journal);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Starts a machine that continues a snapshot: in a second or two instead of a boot, with throw-away disks over those of the snapshot. It returns when the guest runs and its clock is set.
    /// </summary>
    /// <param name="snapshot">The snapshot; any number of machines can continue it at the same time.</param>
    /// <param name="options">Options that only concern the host's side: the name (null makes one), published ports, <see cref="VmOptions.Restore"/> for what the guest is told. Null for none.</param>
    /// <param name="start">How it is started; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start and undoes it.</param>
    /// <exception cref="VmPlanException">It does not fit this QEMU, processor or host, or an image was changed; nothing was started.</exception>
    /// <exception cref="VmLaunchException">A step failed; nothing is left behind.</exception>
    public static Task<VirtualMachine> RestoreAsync(VmSnapshot snapshot, VmOptions? options = null, VmStartOptions? start = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var given = options ?? new VmOptions();
        return StartAsync(given with { Restore = (given.Restore ?? new RestoreRequest("")) with { Directory = snapshot.Directory } }, start, cancellationToken);
    }

    /// <summary>Where a port of the guest is reached from this host.</summary>
    /// <param name="guestPort">A port of <see cref="VmOptions.PublishedPorts"/>.</param>
    /// <param name="isUdp">UDP instead of TCP.</param>
    /// <exception cref="ArgumentException">The port was not published.</exception>
    public IPEndPoint PublishedPort(int guestPort, bool isUdp = false)
    {
        var port = Spec.Nics.Select(nic => nic.Link).OfType<UserLink>().SelectMany(link => link.Published)
            .FirstOrDefault(port => port.GuestPort == guestPort && port.IsUdp == isUdp)
            ?? throw new ArgumentException($"port {guestPort} of the guest was not published", nameof(guestPort));
        return new IPEndPoint(port.Address, port.HostPort);
    }

    /// <summary>QEMU's monitor, for everything that has no member here.</summary>
    /// <param name="cancellationToken">Ends the wait for QEMU's greeting.</param>
    /// <exception cref="VmEndedException">The machine has ended.</exception>
    /// <exception cref="IOException">The connection to the monitor is lost.</exception>
    public async Task<QmpClient> GetMonitorAsync(CancellationToken cancellationToken = default)
    {
        await Task.WhenAny(Monitor.Ready, Monitor.Lost).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!Monitor.Lost.IsCompleted)
            return await Monitor.Ready.ConfigureAwait(false);
        if (Exited.IsCompleted)
            throw new VmEndedException("a request to QEMU", await Exited.ConfigureAwait(false), Console.Tail);
        throw new IOException($"the connection to QEMU's monitor has ended: {await Monitor.Lost.ConfigureAwait(false)}");
    }

    /// <summary>
    /// Requests the end as a signal to vmspawn does: the guest is asked to power off, and each further request takes the next step, up to
    /// SIGKILL. Requests within half a second are one.
    /// </summary>
    /// <param name="by">Who requests it, for the message.</param>
    public void RequestStop(string by) => _supervisor.Inbox.TryWrite(new StopAsked(by, TimeProvider.System.GetTimestamp()));

    /// <summary>Requests the end without the guest's consent. QEMU still writes what the guest has written.</summary>
    /// <param name="by">Who requests it, for the message.</param>
    /// <param name="isSuccess">Whether the machine's exit status is 0 then.</param>
    public void RequestForcedEnd(string by, bool isSuccess = true) => _supervisor.Inbox.TryWrite(new KillAsked(by) { IsClient = isSuccess });

    /// <summary>Asks the guest to power off, ends the machine by force if it does not, and waits for the end.</summary>
    /// <param name="limit">The time limit of the guest; null is 90 s.</param>
    /// <param name="cancellationToken">Ends the wait; the machine is still stopped.</param>
    public async Task<VmExit> StopAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        RequestStop("the program that owns it");
        if (limit is { } given)
        {
            await ((Task)Exited).WaitAsync(given, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!Exited.IsCompleted)
                RequestForcedEnd($"no end within {given.TotalSeconds:0.###} s", isSuccess: false);
        }

        return await Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Resets the guest.</summary>
    /// <param name="cancellationToken">Ends the wait for QEMU's answer.</param>
    /// <inheritdoc cref="GetMonitorAsync"/>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        var monitor = await GetMonitorAsync(cancellationToken).ConfigureAwait(false);
        await monitor.SystemResetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        _supervisor.Inbox.TryWrite(new ResetAsked());
    }

    /// <summary>Stops its processors.</summary>
    /// <param name="cancellationToken">Ends the wait for QEMU's answer.</param>
    /// <inheritdoc cref="GetMonitorAsync"/>
    public async Task PauseAsync(CancellationToken cancellationToken = default)
    {
        var monitor = await GetMonitorAsync(cancellationToken).ConfigureAwait(false);
        await monitor.StopAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts its processors again.</summary>
    /// <param name="cancellationToken">Ends the wait for QEMU's answer.</param>
    /// <inheritdoc cref="GetMonitorAsync"/>
    public async Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        var monitor = await GetMonitorAsync(cancellationToken).ConfigureAwait(false);
        await monitor.ContAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Injects a non-maskable interrupt, on which most guests panic.</summary>
    /// <param name="cancellationToken">Ends the wait for QEMU's answer.</param>
    /// <inheritdoc cref="GetMonitorAsync"/>
    public async Task InjectNmiAsync(CancellationToken cancellationToken = default)
    {
        var monitor = await GetMonitorAsync(cancellationToken).ConfigureAwait(false);
        await monitor.ExecuteAsync("inject-nmi", cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Freezes the machine into a directory, from which others continue (<see cref="RestoreAsync"/>). It ends afterwards unless it is kept; after a failure it goes on as before.
    /// </summary>
    /// <param name="directory">The directory to make.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels it: the machine goes on, and nothing is left of the snapshot.</param>
    /// <exception cref="VmSnapshotException">It cannot be frozen.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<VmSnapshot> FreezeAsync(string directory, VmFreezeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var how = options ?? new VmFreezeOptions();
        var snapshot = new VmSnapshot(await _freeze.RunAsync(directory, how, cancellationToken).ConfigureAwait(false));
        if (!how.Keep)
        {
            RequestForcedEnd($"a snapshot: it is in {snapshot.Directory}");
            await Exited.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return snapshot;
    }

    /// <summary>
    /// Kills QEMU as a power failure would end the machine: what the guest has not written is lost, what it has written is in the host's page cache.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; QEMU is still killed.</param>
    public async Task<VmExit> CutPowerAsync(CancellationToken cancellationToken = default)
    {
        RequestForcedEnd("a power cut", isSuccess: false);
        _vm.Qemu.Send(Signal.SIGKILL);
        return await Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes files that explain a failure: the console as text and as bytes, the options as a command line, the plan, the commands that were started, the standard error of QEMU and of its
    /// helpers, how the machine ended, and the newest events of QEMU and messages. Never throws.
    /// </summary>
    /// <param name="directory">Where; it is created if it does not exist, and files of an earlier report are replaced.</param>
    /// <returns>The files; one that could not be written is missing.</returns>
    public Task<IReadOnlyList<string>> WriteReportAsync(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return VmReport.WriteAsync(
            directory,
            [
                VmReport.Text("console.txt", () => Console.Text),
                ("console.raw", Console.ReadHistoryAsync),
                ("exit.txt", DescribeEndAsync),
                .. _journal.Files,
            ]);
    }

    /// <summary>Ends the machine by force if it still runs, and returns when its processes, sockets and throw-away files are gone. Never throws.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
            _disposal ??= EndAsync();
        return new ValueTask(_disposal);
    }

    /// <summary>Ends the machine by force, because something failed that its owner cannot do without.</summary>
    /// <param name="reason">A sentence about it, for <see cref="VmExit.Errors"/>.</param>
    public void Fail(string reason) => _supervisor.Inbox.TryWrite(new MachineFailed(reason));

    /// <summary>Continues a snapshot in the background.</summary>
    internal void Continue(SnapshotFiles snapshot, RestoreRequest request, double factor, VmMessages messages) =>
        _continuation = _held.Add("stop continuing the snapshot", new MachineContinuation(this, snapshot, request, factor, messages));

    private static bool IsEmulation(MachineSpec spec) => spec.Accelerator.Name != "kvm";

    internal static double FactorOf(MachineSpec spec, VmStartOptions start) => IsEmulation(spec) ? start.EmulationFactor : 1;

    private async Task<VmExit> FollowAsync()
    {
        try
        {
            var end = await _supervisor.RunAsync().ConfigureAwait(false);
            if (_control is not null)
                await _control.EndAsync(end).ConfigureAwait(false);
            _manager.Ended(end.Status);
            foreach (var error in end.Errors)
                _log?.Say(error);
            _log?.Say($"{Name}: ended with status {end.Status}");
            return new VmExit(end.Status, end.Errors);
        }
        catch (Exception error)
        {
            // Whoever waits for the end learns the reason; the disposal ends what still runs.
            return new VmExit(1, [$"{Name}: its supervision has failed: {FailureReason.Of(error)}"]);
        }
    }

    private async Task<byte[]> DescribeEndAsync()
    {
        if (!Exited.IsCompleted)
            return Encoding.UTF8.GetBytes($"it runs: {State}\n");
        var exit = await Exited.ConfigureAwait(false);
        return Encoding.UTF8.GetBytes($"status {exit.Status}\n{exit}\n");
    }

    private async Task EndAsync()
    {
        if (!Exited.IsCompleted)
        {
            RequestForcedEnd("the program that owns it");
            await Exited.ConfigureAwait(false);
        }

        await _held.DisposeAsync().ConfigureAwait(false);
    }
}
