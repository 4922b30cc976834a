using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>Handles QEMU's exit: waits, within time limits, for its helpers and output, and decides the exit status.</summary>
internal sealed class Ending(
    SupervisedVm vm, MonitorLink monitor, GuestLink guest, Stopping stopping, VmMessages messages, TimeProvider time)
{
    /// <summary>QEMU's last events are in the socket when it has ended; only another process that holds the socket could delay its end.</summary>
    private static readonly TimeSpan MonitorBound = TimeSpan.FromSeconds(1);

    /// <summary>The first cause is reported: when a helper fails, QEMU fails after it and reports an error as well.</summary>
    /// <param name="exit">How QEMU ended.</param>
    /// <param name="failure">Why vmspawn ended the machine, or null.</param>
    /// <param name="failedHelper">The helper whose exit was the reason, or null.</param>
    /// <param name="hurry">Shortens the waits for helpers.</param>
    public async Task<QemuEnd> RunAsync(ChildExit exit, string? failure, HelperEnd? failedHelper, CancellationToken hurry)
    {
        await monitor.Ended.WaitAsync(MonitorBound, time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var helpers = await EndHelpersAsync(monitor.HasGreeted, hurry).ConfigureAwait(false);
        if (failure is not null)
            return QemuEnd.Failed(failure);
        if ((failedHelper ?? helpers.FirstOrDefault(helper => helper.IsFailure)) is { } failed)
        {
            var words = await failed.ExcerptAsync(time, hurry).ConfigureAwait(false);
            return QemuEnd.Failed($"{failed.Helper.Subject}: {failed.Exit}, so the VM was ended{words}");
        }

        var end = new QemuEndFacts(vm.Name, exit, stopping.Ladder)
        {
            IsClientsRequest = stopping.IsClientsRequest,
            HasGreeted = monitor.HasGreeted,
            ShutdownCause = monitor.ShutdownCause,
            GuestStatus = (await guest.FinalReportAsync().ConfigureAwait(false)).ExitStatus,
            Stderr = vm.Explain(await vm.Qemu.Output.FinalTextAsync(time, hurry).ConfigureAwait(false)),
        }.Decide();
        if (exit is not { ExitCode: not (null or 0) })
            return end;
        // QEMU only reports that a helper refused it; the helper's own output has the reason.
        var reasons = new List<string>();
        foreach (var helper in helpers)
        {
            if (await helper.ExcerptAsync(time, hurry).ConfigureAwait(false) is { Length: > 0 } words)
                reasons.Add($"{helper.Helper.Subject}{words}");
        }

        return end with { Errors = [.. end.Errors, .. reasons] };
    }

    // One after another: a helper that stores what another passes on must not end before it.
    private async Task<List<HelperEnd>> EndHelpersAsync(bool hadGuest, CancellationToken hurry)
    {
        var helpers = new List<HelperEnd>();
        foreach (var helper in vm.Helpers)
        {
            var end = await HelperEnd.OfAsync(helper, hadGuest, time, hurry).ConfigureAwait(false);
            helpers.Add(end);
            if (end.Forced)
                messages.Notice($"{helper.Subject}: did not end with QEMU, and was stopped");
        }

        return helpers;
    }
}
