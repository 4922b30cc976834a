using System.Threading.Channels;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Notify;

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
    private readonly Stopping _stopping;
    private bool _hadGuest;
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
        _messages = messages;
        _guest = new GuestLink(vm.Receivers, _inbox.Writer);
        _stopping = new Stopping(vm, _inbox.Writer, _guest, manager, messages);
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
            helpers.Add(await HelperEnd.OfAsync(helper, _hadGuest || exit.IsSuccess));
        foreach (var stayed in helpers.Where(helper => helper.Forced))
            _messages.Notice($"{stayed.Helper.Plan.Subject}: stayed when QEMU had ended, and was stopped");
        if (_failure is not null)
            return new QemuEnd(1, [_failure]);
        if ((_failedHelper ?? helpers.FirstOrDefault(helper => helper.IsFailure)) is { } failed)
            return QemuEnd.OfHelper(failed);
        await _vm.Stderr.Ended;
        var end = QemuEnd.Of(exit, _stopping.Ladder, _vm.Plan.Name, DescriptorNames.Explain(_vm.Stderr.Text, _vm.Plan.Descriptors), (await _guest.LastWordsAsync()).ExitStatus);
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
                _hadGuest = true;
                _slot.Fill(monitor);
                _ = _guest.FollowAsync(monitor);
                break;
            case MonitorLost(var reason):
                _slot.Lose(reason);
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
                _stopping.EndNow();
                break;
            case GuestReported:
                Follow(_guest.Take());
                break;
            case WatchdogDue:
                _manager.Alive();
                break;
        }

        _stopping.Take(happened);
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
        _stopping.EndNow();
    }

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        _slot.Lose("QEMU has ended");
        await _stopping.DisposeAsync();
        await _link.DisposeAsync();
        await _guest.DisposeAsync();
    }
}
