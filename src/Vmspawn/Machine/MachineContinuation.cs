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
    private readonly double _factor;
    private readonly VmMessages _messages;
    private readonly BackgroundTasks _background;

    /// <param name="machine">The machine.</param>
    /// <param name="snapshot">What it continues.</param>
    /// <param name="request">The options.</param>
    /// <param name="factor">Of the time limit, for emulated processors.</param>
    /// <param name="messages">Receives what the guest could not be told.</param>
    public MachineContinuation(VirtualMachine machine, SnapshotFiles snapshot, RestoreRequest request, double factor, VmMessages messages)
    {
        (_machine, _snapshot, _request, _factor, _messages) = (machine, snapshot, request, factor, messages);
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
            _done.TrySetResult();
        }
    }

    private async Task TellGuestAsync(CancellationToken stop)
    {
        if (!_request.SetClock && !_request.NewIdentity)
            return;
        var age = DateTimeOffset.UtcNow - _snapshot.Manifest.Created;
        try
        {
            if (_snapshot.Manifest.Channel is null)
                throw new GuestChannelException("no channel into it answered when it was frozen");
            await _machine.Guest.WaitAsync(GuestWait.Channel, AnswerTime * _factor, stop).ConfigureAwait(false);
            if (_request.SetClock)
                await _machine.Guest.ShellAsync($"date -u -s @{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}", stop).ConfigureAwait(false);
            if (_request.NewIdentity)
                await _machine.Guest.ShellAsync(GuestIdentity.Script(_machine.Name, _snapshot.Manifest.Macs, [.. _machine.Spec.Nics.Select(nic => nic.Mac)]), stop).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GuestChannelException or VmTimeoutException or VmPanicException or GuestCommandException)
        {
            var reason = error is VmWaitException wait ? wait.Reason : error.Message;
            _messages.Notice($"{_machine.Name}: the guest's {(_request.NewIdentity ? "clock and identity were" : "clock was")} not set, it is {age.TotalSeconds:0} s behind: {reason}");
        }
        catch (VmEndedException)
        {
            // Its end has its own reason.
        }
    }
}
