using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;
using Vmspawn.Snapshots;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>Continues a snapshot whose memory QEMU loads: starts the processors, sets the guest's clock, and gives it an identity of its own on request.</summary>
internal sealed class MachineContinuation : IAsyncDisposable
{
    /// <summary>The time limit for the guest's answer with KVM.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly VirtualMachine _machine;
    private readonly SnapshotFiles _snapshot;
    private readonly RestoreRequest _request;
    private readonly MachineChannels _channels;
    private readonly Guest _guest;
    private readonly double _factor;
    private readonly VmMessages _messages;
    private readonly BackgroundTasks _background;

    /// <param name="machine">The machine.</param>
    /// <param name="snapshot">What it continues.</param>
    /// <param name="request">The options.</param>
    /// <param name="channels">The ways into its guest, which others can use once it was told what it has to know.</param>
    /// <param name="guest">The guest before that.</param>
    /// <param name="factor">Of the time limit, for emulated processors.</param>
    /// <param name="messages">Receives what the guest could not be told.</param>
    public MachineContinuation(VirtualMachine machine, SnapshotFiles snapshot, RestoreRequest request, MachineChannels channels, Guest guest, double factor, VmMessages messages)
    {
        (_machine, _snapshot, _request, _channels, _guest, _factor, _messages) = (machine, snapshot, request, channels, guest, factor, messages);
        channels.All.Close();
        if (snapshot.Manifest.Shell is { } shell)
            channels.GoOn(shell, request.SetClock ? SetClock : null);
        _background = new BackgroundTasks((what, why) => machine.Fail($"{machine.Name}: cannot {what}: {FailureReason.Of(why)}"));
        _background.Run($"continue the snapshot {snapshot.Directory}", RunAsync);
    }

    /// <summary>Completes when the guest runs and was told what it has to know, or when that has failed.</summary>
    public Task Done => _done.Task;

    public ValueTask DisposeAsync() => _background.DisposeAsync();

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var monitor = _machine.Monitor;
            if (await Task.WhenAny(monitor.Ready, monitor.Lost).WaitAsync(stop).ConfigureAwait(false) != monitor.Ready)
                return;
            var qemu = await monitor.Ready.ConfigureAwait(false);
            await MemorySave.FollowAsync(qemu, "load", stop).ConfigureAwait(false);
            if (_snapshot.Manifest.IsPaused)
                return;
            await qemu.ContAsync(cancellationToken: stop).ConfigureAwait(false);
            await TellGuestAsync(stop).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException)
        {
            // QEMU has ended, and its words are the reason of the machine's end.
        }
        finally
        {
            _channels.All.Open();
            _done.TrySetResult();
        }
    }

    private static string SetClock() => $"date -u -s @{DateTimeOffset.UtcNow.ToUnixTimeSeconds()} >/dev/null";

    private async Task TellGuestAsync(CancellationToken stop)
    {
        // A shell that goes on sets the clock before it runs anything else.
        var setsClock = _request.SetClock && _snapshot.Manifest.Shell is null;
        if (!setsClock && !_request.NewIdentity)
            return;
        var age = DateTimeOffset.UtcNow - _snapshot.Manifest.Created;
        try
        {
            if (_snapshot.Manifest.Channel is null)
                throw new GuestChannelException("no channel into it answered when it was frozen");
            await _guest.WaitAsync(GuestWait.Channel, AnswerTime * _factor, stop).ConfigureAwait(false);
            if (setsClock)
                await _guest.ShellAsync(SetClock(), stop).ConfigureAwait(false);
            if (_request.NewIdentity)
                await _guest.ShellAsync(GuestIdentity.Script(_machine.Name, _snapshot.Manifest.Macs, [.. _machine.Spec.Nics.Select(nic => nic.Mac)]), stop).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GuestChannelException or VmTimeoutException or VmPanicException or GuestCommandException)
        {
            var reason = error is VmWaitException wait ? wait.Reason : error.Message;
            _messages.Notice($"{_machine.Name}: {(setsClock ? $"the guest's clock was not set, it is {age.TotalSeconds:0} s behind" : "the guest did not get a new identity")}: {reason}");
        }
        catch (VmEndedException)
        {
            // Its end has its own reason.
        }
    }
}
