using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Ends a machine, or requests its guest to power off: takes the steps of the ladder in response to the supervisor's events.</summary>
internal sealed class Stopping : IDisposable
{
    private readonly SupervisedVm _vm;
    private readonly ChannelWriter<SupervisorEvent> _inbox;
    private readonly Func<GuestState> _guest;
    private readonly ManagerLink _manager;
    private readonly VmMessages _messages;
    private readonly BackgroundTasks _background;
    private readonly TimeProvider _time;
    private readonly EventTimers _timers;
    private QmpClient? _monitor;
    private StopLadder _stop;
    private long? _lastSignal;
    private bool _monitorLost;
    private bool _monitorHangs;
    private bool _guestWasAsked;
    private int _generation;
    private int _pressesLeft;

    /// <param name="vm">The machine.</param>
    /// <param name="inbox">Receives the results of requests, and timers.</param>
    /// <param name="guest">The guest's reported state, which shows whether its sshd may be ready.</param>
    /// <param name="manager">Notified when the stop starts.</param>
    /// <param name="messages">Receive each step.</param>
    /// <param name="background">Runs the requests.</param>
    /// <param name="time">The clock of all time limits.</param>
    public Stopping(
        SupervisedVm vm, ChannelWriter<SupervisorEvent> inbox, Func<GuestState> guest, ManagerLink manager, VmMessages messages, BackgroundTasks background, TimeProvider time)
    {
        _vm = vm;
        _inbox = inbox;
        _guest = guest;
        _manager = manager;
        _messages = messages;
        _background = background;
        _time = time;
        _timers = new EventTimers(inbox, time);
    }

    /// <summary>The current step.</summary>
    public StopLadder Ladder => _stop;

    /// <summary>A client requested the forced end, before anything else did.</summary>
    public bool IsClientsRequest { get; private set; }

    private bool MonitorWorks => !_monitorLost && !_monitorHangs;

    /// <summary>A guest can be requested to power off once the monitor is connected; a forced end does not wait for that.</summary>
    private bool CanQuit => MonitorWorks && _monitor is not null;

    public void Receive(SupervisorEvent happened)
    {
        switch (happened)
        {
            case MonitorReady(var monitor):
                _monitor = monitor;
                // A stop may have been requested before the monitor was connected.
                Act();
                break;
            case MonitorLost:
                _monitor = null;
                _monitorLost = true;
                break;
            case MonitorMissed when _stop.Step is StopStep.PowerOff && !_guestWasAsked:
                Advance(_stop.Expired(MonitorWorks), "the guest cannot be asked without QEMU's monitor");
                break;
            case StopAsked asked:
                OnSignal(asked);
                break;
            case KillAsked asked:
                IsClientsRequest |= asked.IsClient && !_stop.IsForced;
                Advance(_stop.KillAsked(CanQuit), asked.By);
                break;
            case RestartAsked(var request) when _stop.Step is StopStep.None:
                IsClientsRequest |= request.IsForced;
                Advance(request.IsForced ? _stop.KillAsked(CanQuit) : _stop.Asked(MonitorWorks), "a client, who wants it to start again");
                break;
            case PowerOffAsked when _stop.Step is StopStep.None:
                RequestPowerOff();
                break;
            case ResetAsked when _stop.Step is StopStep.None:
                _pressesLeft = 0;
                break;
            case StepExpired(var generation) when generation == _generation:
                OnExpired();
                break;
            case RequestEnded(var generation, var result) ended when generation == _generation:
                _guestWasAsked |= ended.AsksGuest && result.Outcome is MonitorOutcome.Accepted;
                OnRequestEnded(result);
                break;
            case SshAnswered(var generation, var failure) when generation == _generation:
                OnSshAnswered(failure);
                break;
            case PressDue(var generation) when generation == _generation:
                if (_stop.Step is not StopStep.None || --_pressesLeft > 0)
                    PressPowerButton();
                break;
        }
    }

    /// <summary>Ends the machine without a message; the caller reports the reason.</summary>
    public void EndNow()
    {
        if (_stop.IsForced)
            return;
        _stop = _stop.KillAsked(CanQuit);
        Act();
    }

    public void Dispose() => _timers.Dispose();

    private void OnSignal(StopAsked asked)
    {
        if (_lastSignal is { } last && _time.GetElapsedTime(last, asked.At) < StopLadder.OneRequest)
        {
            _messages.Detail($"{_vm.Name}: {asked.Signal} belongs to the signal just before it");
            return;
        }

        _lastSignal = asked.At;
        Advance(_stop.Asked(_stop.Step is StopStep.None ? MonitorWorks : CanQuit), asked.Signal);
    }

    private void OnExpired()
    {
        if (_stop.Step is StopStep.Kill)
            _inbox.TryWrite(new QemuStuck());
        else
            Advance(_stop.Expired(MonitorWorks), $"no end within {_stop.Bound.TotalSeconds:0} s");
    }

    /// <summary>A step whose request was not accepted is not waited for.</summary>
    private void OnRequestEnded(MonitorRequest result)
    {
        switch (result.Outcome)
        {
            case MonitorOutcome.Accepted:
                break;
            // QEMU is about to exit, or the lost monitor is reported separately.
            case MonitorOutcome.Disconnected:
                break;
            case MonitorOutcome.Unanswered when !_guestWasAsked && _stop.Step is StopStep.PowerOff:
                _monitorHangs = true;
                Advance(_stop.Expired(MonitorWorks), result.Reason!);
                break;
            case MonitorOutcome.Refused when !_guestWasAsked && _stop.Step is StopStep.PowerOff:
                Advance(_stop.Expired(MonitorWorks), $"the guest cannot be asked: {result.Reason}");
                break;
            default:
                _messages.Detail($"{_vm.Name}: {result.Reason}");
                break;
        }
    }

    private void OnSshAnswered(string? failure)
    {
        if (failure is not null)
        {
            _messages.Detail($"{_vm.Name}: {failure}; pressing the power button");
            PressPowerButton();
            return;
        }

        _guestWasAsked = true;
        _messages.Detail($"{_vm.Name}: the guest's systemd powers off");
        _timers.After(StopLadder.PowerOffAfterSsh, new PressDue(_generation));
    }

    private void Advance(StopLadder next, string why)
    {
        if (next == _stop)
            return;
        _stop = next;
        _manager.Stopping();
        _messages.Notice(_stop.Step switch
        {
            StopStep.PowerOff => $"{why}: asking the guest to power off; once more forces it",
            StopStep.Quit => $"{why}: powering the VM off",
            StopStep.Terminate => $"{why}: terminating QEMU",
            _ => $"{why}: killing QEMU",
        });
        Act();
    }

    private void Act()
    {
        if (_stop.Step is StopStep.None)
            return;
        RestartTimers();
        switch (_stop.Step)
        {
            case StopStep.PowerOff when _monitor is null:
                // QEMU has not greeted yet; before its greeting it runs no guest that could be requested to power off.
                _timers.After(MonitorRequest.Bound, new RequestEnded(_generation, MonitorRequest.Unanswered));
                break;
            case StopStep.PowerOff:
                AskGuest();
                break;
            case StopStep.Quit when _monitor is { } monitor:
                Send((options, stop) => monitor.QuitAsync(options, stop));
                break;
            case StopStep.Terminate:
                _vm.Qemu.Send(Signal.SIGTERM);
                break;
            case StopStep.Kill:
                _vm.Qemu.Send(Signal.SIGKILL);
                break;
        }
    }

    /// <summary>Presses the button as often as after a signal, without further steps.</summary>
    private void RequestPowerOff()
    {
        RestartTimers();
        _pressesLeft = StopLadder.PressesForRequest;
        AskGuest();
    }

    /// <summary>By ssh if there is a connection and the guest may accept it, else by the button.</summary>
    private void AskGuest()
    {
        _guestWasAsked = false;
        if (_vm.PowerOff is not { } ssh || !ssh.IsWorthTrying(_guest()))
        {
            PressPowerButton();
            return;
        }

        _messages.Detail($"{_vm.Name}: asking the guest's systemd by ssh to power off");
        // The guest of a QEMU that hangs does not answer by ssh: this request detects that within its time limit.
        if (_monitor is { } monitor)
            Send((options, stop) => monitor.QueryStatusAsync(options, stop));
        var generation = _generation;
        var guest = _guest();
        _background.Run("ask the guest by ssh to power off", async stop =>
            _inbox.TryWrite(new SshAnswered(generation, await ssh.AskAsync(guest, stop).ConfigureAwait(false))));
    }

    private void PressPowerButton()
    {
        if (_monitor is not { } monitor)
            return;
        Send((options, stop) => monitor.SystemPowerdownAsync(options, stop), asksGuest: true);
        _timers.After(StopLadder.PressAgain, new PressDue(_generation));
    }

    private void Send(Func<QmpCallOptions, CancellationToken, Task> request, bool asksGuest = false)
    {
        var generation = _generation;
        _background.Run("send a request to QEMU's monitor", async stop => _inbox.TryWrite(
            new RequestEnded(generation, await MonitorRequest.SendAsync(request, _time, stop).ConfigureAwait(false)) { AsksGuest = asksGuest }));
    }

    private void RestartTimers()
    {
        _timers.Clear();
        _generation++;
        if (_stop.Bound != Timeout.InfiniteTimeSpan)
            _timers.After(_stop.Bound, new StepExpired(_generation));
    }
}
