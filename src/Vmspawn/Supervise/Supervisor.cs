using System.Threading.Channels;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Follows a running VM to its end: one inbox, one reader, so that nothing happens twice or out of turn.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    /// <summary>How long QEMU may take to end once a helper has left in good order.</summary>
    private static readonly TimeSpan HelperGrace = TimeSpan.FromSeconds(5);

    private readonly RunningVm _vm;
    private readonly VmMessages _messages;
    private readonly Channel<SupervisorEvent> _inbox;
    private readonly MonitorLink _link;
    private readonly MonitorSlot _slot = new();
    private readonly GuestLink _guest;
    private readonly ManagerLink _manager;
    private readonly GuestPowerOff? _powerOff;
    private QmpClient? _monitor;
    private StopLadder _stop;
    private bool _monitorLost;
    private CancellationTokenSource? _rungTimers;
    private int _generation;
    private int _pressesLeft;
    private HelperEnd? _failedHelper;
    private string? _failure;

    /// <param name="vm">What to follow.</param>
    /// <param name="inbox">Made by <see cref="CreateInbox"/> before the VM, so that no signal finds nobody to take it.</param>
    /// <param name="manager">Told how the machine is.</param>
    /// <param name="messages">Where sentences go.</param>
    public Supervisor(RunningVm vm, Channel<SupervisorEvent> inbox, ManagerLink manager, VmMessages messages)
    {
        _vm = vm;
        _inbox = inbox;
        _manager = manager;
        _powerOff = vm.Ssh is { } ssh ? GuestPowerOff.By(ssh) : null;
        _messages = messages;
        _guest = new GuestLink(vm.Receivers, _inbox.Writer);
        _link = new MonitorLink(vm.Monitor, _inbox.Writer);
    }

    /// <summary>An inbox for one VM.</summary>
    public static Channel<SupervisorEvent> CreateInbox() =>
        Channel.CreateUnbounded<SupervisorEvent>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Where others put what they want: the console's escape keys, control clients.</summary>
    public ChannelWriter<SupervisorEvent> Inbox => _inbox.Writer;

    /// <summary>The monitor for those who wait for it.</summary>
    public MonitorSlot Monitor => _slot;

    /// <summary>What the guest says of itself.</summary>
    public GuestState Guest => _guest.State;

    private bool MonitorWorks => !_monitorLost;

    /// <summary>Returns when QEMU is gone.</summary>
    public async Task<QemuEnd> RunAsync()
    {
        _ = _vm.Qemu.Exited.ContinueWith(
            exit => _inbox.Writer.TryWrite(new QemuExited(exit.Result)), TaskScheduler.Default);
        foreach (var helper in _vm.Helpers)
        {
            _ = helper.Process.Exited.ContinueWith(
                exit => _inbox.Writer.TryWrite(new HelperExited(helper, exit.Result)), TaskScheduler.Default);
        }

        await foreach (var happened in _inbox.Reader.ReadAllAsync())
        {
            if (happened is QemuExited(var exit))
                return await EndAsync(exit);
            Take(happened);
        }

        throw new InvalidOperationException("The inbox closed before QEMU ended.");
    }

    /// <summary>The first cause counts: a helper that failed takes QEMU with it, which complains as well.</summary>
    private async Task<QemuEnd> EndAsync(ChildExit exit)
    {
        _manager.Stopping();
        // In turn: one that stores what another passes on must not go before it.
        var helpers = new List<HelperEnd>();
        foreach (var helper in _vm.Helpers)
            helpers.Add(await HelperEnd.OfAsync(helper));
        foreach (var stayed in helpers.Where(helper => helper.Forced))
            _messages.Notice($"{stayed.Helper.Plan.Subject}: stayed when QEMU had ended, and was stopped");
        if (_failure is not null)
            return new QemuEnd(1, [_failure]);
        if ((_failedHelper ?? helpers.FirstOrDefault(helper => helper.IsFailure)) is { } failed)
            return QemuEnd.OfHelper(failed);
        await _vm.Stderr.Ended;
        var end = QemuEnd.Of(exit, _stop, _vm.Plan.Name, _vm.Stderr.Text, (await _guest.LastWordsAsync()).ExitStatus);
        // QEMU only passes on that a helper refused; the helper says why.
        return exit is { ExitCode: not (null or 0) }
            ? end with { Errors = [.. end.Errors, .. helpers.Select(helper => helper.Helper.Said).OfType<string>()] }
            : end;
    }

    private void Take(SupervisorEvent happened)
    {
        switch (happened)
        {
            case MonitorReady(var monitor):
                _monitor = monitor;
                _slot.Fill(monitor);
                _ = _guest.FollowAsync(monitor);
                // A stop may have been asked before there was anybody to pass it on to.
                Act();
                break;
            case MonitorLost(var reason):
                _slot.Lose(reason);
                _monitor = null;
                _monitorLost = true;
                break;
            case HelperExited(var helper, { IsSuccess: true } exit):
                // QEMU lets its helpers go before it ends itself.
                _ = Task.Delay(HelperGrace).ContinueWith(
                    _ => _inbox.Writer.TryWrite(new HelperMissed(helper, exit)), TaskScheduler.Default);
                break;
            case HelperExited(var helper, var exit):
                Lose(helper, exit);
                break;
            case HelperMissed(var helper, var exit):
                Lose(helper, exit);
                break;
            case MachineFailed(var reason):
                _failure ??= reason;
                EndNow();
                break;
            case GuestReported:
                Follow(_guest.Take());
                break;
            case WatchdogDue:
                _manager.Alive();
                break;
            case StopAsked(var signal):
                Climb(_stop.Asked(MonitorWorks), signal);
                break;
            case KillAsked(var by):
                Climb(_stop.KillAsked(MonitorWorks), by);
                break;
            case PowerOffAsked when _stop.Rung is StopRung.None:
                AskPolitely();
                break;
            case ResetAsked when _stop.Rung is StopRung.None:
                _pressesLeft = 0;
                break;
            case RungExpired(var generation) when generation == _generation:
                Climb(_stop.Expired(MonitorWorks), $"no answer in {_stop.Bound.TotalSeconds:0} s");
                break;
            case SshAnswered(var generation, var failure) when generation == _generation:
                Heed(failure);
                break;
            case PressDue(var generation) when generation == _generation:
                if (_stop.Rung is not StopRung.None || --_pressesLeft > 0)
                    PressPowerButton();
                break;
        }
    }

    private void Follow(GuestState guest)
    {
        _messages.Detail($"{_vm.Plan.Name}: the guest reports {(guest.Ready ? "ready" : "that it starts")}, status \"{guest.Status}\", exit status {guest.ExitStatus?.ToString() ?? "none"}");
        _manager.Follow(guest);
    }

    /// <summary>A VM without one of its devices is not the one that was asked for; its disks are still flushed.</summary>
    private void Lose(RunningHelper helper, ChildExit exit)
    {
        _failedHelper ??= new HelperEnd(helper, exit, Forced: false);
        EndNow();
    }

    private void EndNow()
    {
        if (_stop.IsForced)
            return;
        _stop = _stop.KillAsked(MonitorWorks);
        Act();
    }

    private void Climb(StopLadder next, string why)
    {
        if (next == _stop)
            return;
        _stop = next;
        _manager.Stopping();
        _messages.Notice(Sentence(why));
        Act();
    }

    private string Sentence(string why) => _stop.Rung switch
    {
        StopRung.PowerOff => $"{why}: asking the guest to power off; once more forces it",
        StopRung.Quit => $"{why}: taking the guest's power away",
        StopRung.Terminate => $"{why}: terminating QEMU",
        _ => $"{why}: killing QEMU",
    };

    private void Act()
    {
        if (_stop.Rung is StopRung.None)
            return;
        StartTimers();
        switch (_stop.Rung)
        {
            case StopRung.PowerOff:
                AskGuest();
                break;
            case StopRung.Quit when _monitor is { } monitor:
                _ = TellAsync(monitor.QuitAsync());
                break;
            case StopRung.Terminate:
                _vm.Qemu.Send(Signal.SIGTERM);
                break;
            case StopRung.Kill:
                _vm.Qemu.Send(Signal.SIGKILL);
                break;
        }
    }

    /// <summary>Presses the button as often as the ladder would, and leaves it at that.</summary>
    private void AskPolitely()
    {
        StartTimers();
        _pressesLeft = StopLadder.PoliteTries;
        AskGuest();
    }

    /// <summary>By ssh where there is a way and somebody to answer, else by the button.</summary>
    private void AskGuest()
    {
        if (_powerOff is null || !_powerOff.IsWorthTrying(_guest.State))
        {
            PressPowerButton();
            return;
        }

        _messages.Detail($"{_vm.Plan.Name}: asking the guest's systemd by ssh to power off");
        var generation = _generation;
        _ = _powerOff.AskAsync(_rungTimers!.Token).ContinueWith(
            asked => _inbox.Writer.TryWrite(new SshAnswered(generation, asked.Result)), TaskScheduler.Default);
    }

    private void Heed(string? failure)
    {
        if (failure is not null)
        {
            _messages.Detail($"{_vm.Plan.Name}: {failure}; pressing the power button");
            PressPowerButton();
            return;
        }

        _messages.Detail($"{_vm.Plan.Name}: the guest's systemd powers off");
        After(StopLadder.TrustInSsh, new PressDue(_generation));
    }

    private void PressPowerButton()
    {
        if (_monitor is not { } monitor)
            return;
        _ = TellAsync(monitor.SystemPowerdownAsync());
        After(StopLadder.PressAgain, new PressDue(_generation));
    }

    /// <summary>Not awaited, and its failure needs no word of its own: the rung's bound passes, and the next is climbed.</summary>
    private static async Task TellAsync(Task command)
    {
        try
        {
            await command;
        }
        catch (QmpException)
        {
            // As the summary says.
        }
    }

    private void StartTimers()
    {
        _rungTimers?.Cancel();
        _rungTimers?.Dispose();
        _rungTimers = new CancellationTokenSource();
        _generation++;
        if (_stop.Bound != Timeout.InfiniteTimeSpan)
            After(_stop.Bound, new RungExpired(_generation));
    }

    private void After(TimeSpan delay, SupervisorEvent then)
    {
        _ = Task.Delay(delay, _rungTimers!.Token).ContinueWith(
            _ => _inbox.Writer.TryWrite(then), _rungTimers.Token, TaskContinuationOptions.NotOnCanceled, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        _slot.Lose("QEMU has ended");
        if (_rungTimers is not null)
            await _rungTimers.CancelAsync();
        await _link.DisposeAsync();
        await _guest.DisposeAsync();
        _rungTimers?.Dispose();
    }
}
