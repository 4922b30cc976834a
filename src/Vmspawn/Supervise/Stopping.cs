using System.Threading.Channels;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Ends a machine, or asks it to end: climbs the ladder by what its supervisor passes on, and does what each rung says.</summary>
internal sealed class Stopping : IAsyncDisposable
{
    private readonly RunningVm _vm;
    private readonly ChannelWriter<SupervisorEvent> _inbox;
    private readonly GuestLink _guest;
    private readonly ManagerLink _manager;
    private readonly VmMessages _messages;
    private readonly GuestPowerOff? _powerOff;
    private QmpClient? _monitor;
    private StopLadder _stop;
    private bool _monitorLost;
    private CancellationTokenSource? _rungTimers;
    private int _generation;
    private int _pressesLeft;

    /// <param name="vm">What to end.</param>
    /// <param name="inbox">Takes what time brings about.</param>
    /// <param name="guest">Knows whether the guest's ssh is up.</param>
    /// <param name="manager">Told when the end begins.</param>
    /// <param name="messages">Where each step is told.</param>
    public Stopping(RunningVm vm, ChannelWriter<SupervisorEvent> inbox, GuestLink guest, ManagerLink manager, VmMessages messages)
    {
        _vm = vm;
        _inbox = inbox;
        _guest = guest;
        _manager = manager;
        _messages = messages;
        _powerOff = vm.Ssh is { } ssh ? GuestPowerOff.By(ssh) : null;
    }

    /// <summary>How far it is.</summary>
    public StopLadder Ladder => _stop;

    private bool MonitorWorks => !_monitorLost;

    /// <summary>Does what an event asks for, if it is one that does.</summary>
    public void Take(SupervisorEvent happened)
    {
        switch (happened)
        {
            case MonitorReady(var monitor):
                _monitor = monitor;
                // A stop may have been asked before there was anybody to pass it on to.
                Act();
                break;
            case MonitorLost:
                _monitor = null;
                _monitorLost = true;
                break;
            case StopAsked(var signal):
                Climb(_stop.Asked(MonitorWorks), signal);
                break;
            case KillAsked(var by):
                Climb(_stop.KillAsked(MonitorWorks), by);
                break;
            case PowerOffAsked when _stop.Rung is StopStep.None:
                AskPolitely();
                break;
            case ResetAsked when _stop.Rung is StopStep.None:
                _pressesLeft = 0;
                break;
            case RungExpired(var generation) when generation == _generation:
                Climb(_stop.Expired(MonitorWorks), $"no answer in {_stop.Bound.TotalSeconds:0} s");
                break;
            case SshAnswered(var generation, var failure) when generation == _generation:
                Heed(failure);
                break;
            case PressDue(var generation) when generation == _generation:
                if (_stop.Rung is not StopStep.None || --_pressesLeft > 0)
                    PressPowerButton();
                break;
        }
    }

    /// <summary>Without a word: why is the caller's to say.</summary>
    public void EndNow()
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
        StopStep.PowerOff => $"{why}: asking the guest to power off; once more forces it",
        StopStep.Quit => $"{why}: taking the guest's power away",
        StopStep.Terminate => $"{why}: terminating QEMU",
        _ => $"{why}: killing QEMU",
    };

    private void Act()
    {
        if (_stop.Rung is StopStep.None)
            return;
        StartTimers();
        switch (_stop.Rung)
        {
            case StopStep.PowerOff:
                AskGuest();
                break;
            case StopStep.Quit when _monitor is { } monitor:
                _ = TellAsync(monitor.QuitAsync());
                break;
            case StopStep.Terminate:
                _vm.Qemu.Send(Signal.SIGTERM);
                break;
            case StopStep.Kill:
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
            asked => _inbox.TryWrite(new SshAnswered(generation, asked.Result)), TaskScheduler.Default);
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
            _ => _inbox.TryWrite(then), _rungTimers.Token, TaskContinuationOptions.NotOnCanceled, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rungTimers is null)
            return;
        await _rungTimers.CancelAsync();
        _rungTimers.Dispose();
    }
}
