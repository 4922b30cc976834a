using System.Threading.Channels;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;

namespace Vmspawn.Supervise;

/// <summary>Supervises a running VM to its end: one inbox with one reader, so that events are handled once and in order.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    /// <summary>Time limit for QEMU to exit after a helper has exited with status 0.</summary>
    private static readonly TimeSpan HelperGrace = TimeSpan.FromSeconds(5);

    /// <summary>Time limit for QEMU to exit after its monitor is closed.</summary>
    private static readonly TimeSpan MonitorGrace = TimeSpan.FromSeconds(3);

    private readonly SupervisedVm _vm;
    private readonly VmMessages _messages;
    private readonly Channel<SupervisorEvent> _inbox;
    private readonly BackgroundTasks _vital;
    private readonly BackgroundTasks _optional;
    private readonly EventTimers _timers;
    private readonly MonitorLink _link;
    private readonly MonitorSlot _slot = new();
    private readonly GuestLink _guest;
    private readonly ManagerLink _manager;
    private readonly Stopping _stopping;
    private readonly Ending _ending;
    private HelperEnd? _failedHelper;
    private string? _failure;
    private RestartRequest? _restart;

    /// <param name="vm">The VM.</param>
    /// <param name="inbox">Made by <see cref="CreateInbox"/> before the VM, so that a signal during the start is kept.</param>
    /// <param name="manager">Receives the machine's state.</param>
    /// <param name="messages">Receives messages.</param>
    /// <param name="time">The clock of all time limits.</param>
    public Supervisor(SupervisedVm vm, Channel<SupervisorEvent> inbox, ManagerLink manager, VmMessages messages, TimeProvider time)
    {
        _vm = vm;
        _inbox = inbox;
        _manager = manager;
        _messages = messages;
        _vital = new BackgroundTasks(OnVitalFailure);
        _optional = new BackgroundTasks((what, why) => messages.Notice($"{vm.Name}: cannot {what}: {FailureReason.Of(why)}"));
        _timers = new EventTimers(inbox.Writer, time);
        _guest = new GuestLink(vm.Before, vm.Receivers, inbox.Writer, _optional, message => messages.Notice($"{vm.Name}: {message}"), time);
        _stopping = new Stopping(vm, inbox.Writer, () => _guest.State, manager, messages, _vital, time);
        _link = new MonitorLink(vm.Monitor, inbox.Writer, OnReset, vm.PortChanged, vm.EventArrived, time);
        _ending = new Ending(vm, _link, _guest, _stopping, messages, time);
        _vital.Run("follow QEMU's monitor", _link.RunAsync);
    }

    /// <summary>An inbox for one VM.</summary>
    public static Channel<SupervisorEvent> CreateInbox() =>
        Channel.CreateUnbounded<SupervisorEvent>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The inbox for other sources of events: the console's escape keys, control clients.</summary>
    public ChannelWriter<SupervisorEvent> Inbox => _inbox.Writer;

    /// <summary>The monitor for other users.</summary>
    public MonitorSlot Monitor => _slot;

    /// <summary>The guest's reported state.</summary>
    public GuestState Guest => _guest.State;

    /// <summary>A client's request to start the machine again, if nobody has revoked it.</summary>
    public RestartRequest? Restart => Volatile.Read(ref _restart);

    /// <summary>The machine is being stopped.</summary>
    public bool IsStopping => _stopping.Ladder.Step is not StopStep.None;

    /// <summary>Returns when QEMU has ended.</summary>
    public async Task<QemuEnd> RunAsync()
    {
        _vital.Run("wait for QEMU's end", async stop => _inbox.Writer.TryWrite(new QemuExited(await _vm.Qemu.Exited.WaitAsync(stop).ConfigureAwait(false))));
        foreach (var helper in _vm.Helpers)
        {
            _vital.Run($"wait for the end of {helper.Subject}", async stop =>
                _inbox.Writer.TryWrite(new HelperExited(helper, await helper.Exited.WaitAsync(stop).ConfigureAwait(false))));
        }

        try
        {
            await foreach (var happened in _inbox.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                switch (happened)
                {
                    case QemuExited(var exit):
                        return await EndAsync(exit).ConfigureAwait(false);
                    case QemuStuck:
                        return QemuEnd.Failed($"QEMU: process {_vm.Qemu.Id} has not ended {_stopping.Ladder.Bound.TotalSeconds:0} s after SIGKILL: it hangs in the kernel, mostly on storage that does not answer");
                    default:
                        await FollowRestartAsync(happened).ConfigureAwait(false);
                        Receive(happened);
                        break;
                }
            }
        }
        finally
        {
            // Ends all waits for the monitor, regardless of the reason of the end.
            _slot.MarkLost("QEMU has ended");
        }

        throw new InvalidOperationException("The inbox closed before QEMU ended.");
    }

    public async ValueTask DisposeAsync()
    {
        _slot.MarkLost("QEMU has ended");
        _timers.Dispose();
        _stopping.Dispose();
        await _vital.DisposeAsync().ConfigureAwait(false);
        await _optional.DisposeAsync().ConfigureAwait(false);
        _inbox.Writer.TryComplete();
    }

    private async Task<QemuEnd> EndAsync(ChildExit exit)
    {
        _slot.MarkLost("QEMU has ended");
        _timers.Dispose();
        _stopping.Dispose();
        _manager.Stopping();
        using var hurry = new CancellationTokenSource();
        var ending = _ending.RunAsync(exit, _failure, _failedHelper, hurry.Token);
        var open = true;
        while (open && !ending.IsCompleted)
        {
            var more = _inbox.Reader.WaitToReadAsync().AsTask();
            await Task.WhenAny(ending, more).ConfigureAwait(false);
            if (!more.IsCompleted)
                break;
            open = await more.ConfigureAwait(false);
            while (_inbox.Reader.TryRead(out var happened))
                await ReceiveAtEndAsync(happened, hurry).ConfigureAwait(false);
        }

        return await ending.ConfigureAwait(false);
    }

    /// <summary>Helpers may take long to exit: watchdog notifications continue, and a signal shortens the wait.</summary>
    private async Task ReceiveAtEndAsync(SupervisorEvent happened, CancellationTokenSource hurry)
    {
        if (happened is WatchdogDue)
            _manager.Alive();
        else if (happened is StopAsked or KillAsked)
        {
            await RevokeRestartAsync().ConfigureAwait(false);
            await hurry.CancelAsync().ConfigureAwait(false);
        }
        else if (happened is RestartAsked late)
        {
            await late.Request.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whoever ends the machine by another way does not want it to start again.</summary>
    private async Task RevokeRestartAsync()
    {
        if (Interlocked.Exchange(ref _restart, null) is not { } revoked)
            return;
        _manager.IsRestarting = false;
        await revoked.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FollowRestartAsync(SupervisorEvent happened)
    {
        switch (happened)
        {
            case RestartAsked(var request) when IsStopping:
                await request.DisposeAsync().ConfigureAwait(false);
                break;
            case RestartAsked(var request):
                Volatile.Write(ref _restart, request);
                _manager.IsRestarting = true;
                break;
            case StopAsked or KillAsked or PowerOffAsked or MachineFailed:
                await RevokeRestartAsync().ConfigureAwait(false);
                break;
        }
    }

    private void Receive(SupervisorEvent happened)
    {
        switch (happened)
        {
            case MonitorReady(var monitor):
                _slot.Fill(monitor);
                break;
            case MonitorLost(var reason) lost:
                _slot.MarkLost(reason);
                if (lost.IsTimeout)
                    Fail(WithoutGreeting(reason));
                else
                    _timers.After(MonitorGrace, new MonitorMissed(reason));
                break;
            case MonitorMissed(var reason):
                OnMonitorMissed(reason);
                break;
            case HelperExited(var helper, { IsSuccess: true } exit):
                // QEMU closes the connections to its helpers before it ends itself.
                _timers.After(HelperGrace, new HelperMissed(helper, exit));
                break;
            case HelperExited(var helper, var exit):
                OnHelperLost(helper, exit);
                break;
            case HelperMissed(var helper, var exit):
                OnHelperLost(helper, exit);
                break;
            case MachineFailed(var reason):
                Fail(reason);
                break;
            case GuestReported:
                OnGuestReported(_guest.Take());
                break;
            case WatchdogDue:
                _manager.Alive();
                break;
        }

        _stopping.Receive(happened);
    }

    private void OnReset()
    {
        _guest.Forget();
        _vm.GuestReset();
    }

    private void OnGuestReported(GuestState guest)
    {
        _messages.Detail($"{_vm.Name}: the guest reports {(guest.Ready ? "ready" : "that it starts")}, status \"{guest.Status}\", exit status {guest.ExitStatus?.ToString() ?? "none"}");
        _manager.Follow(guest);
    }

    private void OnMonitorMissed(string reason)
    {
        if (!_link.HasGreeted)
            Fail(WithoutGreeting(reason));
        else if (!_stopping.Ladder.IsForced)
            _messages.Notice($"{_vm.Name}: the connection to QEMU's monitor is lost ({reason}); the guest runs on, but disks cannot be attached or detached any more, and it can be neither paused nor reset nor asked to power off by its power button");
    }

    // QEMU waits for its helpers while it starts, so one of them may be the reason.
    private string WithoutGreeting(string reason)
    {
        var helpers = _vm.Helpers.Count == 0 ? "" : $" (it may wait for {string.Join(" or ", _vm.Helpers.Select(helper => helper.Subject))})";
        return $"QEMU: it did not come as far as to answer on its monitor: {reason}{helpers}";
    }

    /// <summary>A VM without one of its devices does not match the options, so it is ended; its disks are still flushed.</summary>
    private void OnHelperLost(SupervisedProcess helper, ChildExit exit)
    {
        _failedHelper ??= new HelperEnd(helper, exit, Forced: false);
        _stopping.EndNow();
    }

    private void Fail(string reason)
    {
        _failure ??= reason;
        _stopping.EndNow();
    }

    /// <summary>Without the task that waits for QEMU its exit would not be noticed, so the VM is ended.</summary>
    private void OnVitalFailure(string what, Exception why)
    {
        if (_inbox.Writer.TryWrite(new MachineFailed($"{_vm.Name}: cannot {what}: {FailureReason.Of(why)}")) && !_vm.Qemu.Exited.IsFaulted)
            return;
        _inbox.Writer.TryComplete(why);
    }
}
