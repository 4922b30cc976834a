namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn run --detach</c> in the process that owns the machine: tells the caller when it is ready, and follows it to its end.</summary>
internal static class DetachedRun
{
    /// <param name="planning">The plan.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="caller">The process that waits.</param>
    /// <param name="report">Receives messages.</param>
    /// <param name="failed">Cancelled by an uncaught exception on another thread, which was reported: the VM is ended.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="LaunchException">A step of the launch failed; everything was undone.</exception>
    public static async Task<int> RunAsync(VmPlanning planning, Detached mode, CallerLink caller, Report report, CancellationToken failed)
    {
        await using var messages = new MessageQueue(report.Write);
        var name = planning.Require().Name;
        var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(StopSignals.First, failed, caller.Abandoned);
        await using var machine = await VmRun.TryStartAsync(planning, signals, messages, stop.Token);
        if (machine is null)
            return ExitStatus.Failed;
        signals.Follow(machine);
        using var failure = failed.UnsafeRegister(_ => machine.Fail($"{name}: vmspawn itself has failed, so the VM was ended"), null);
        try
        {
            await ReadyAsync(machine, planning, mode, report, caller.Abandoned);
        }
        catch (OperationCanceledException) when (caller.Abandoned.IsCancellationRequested)
        {
            machine.RequestForcedEnd("the process that started it has ended", isSuccess: false);
            return (await machine.Exited).Status;
        }
        catch (VmWaitException error)
        {
            messages.Error($"{name}: {error.Reason}");
            await messages.DisposeAsync();
            ConsoleTail.Show(name, error.ConsoleTail);
            return error is VmEndedException { Exit.Status: > 0 and var status } ? status : ExitStatus.Failed;
        }

        var isHandedOver = await caller.TryHandOverAsync(name);
        if (!isHandedOver)
            machine.RequestForcedEnd("the process that started it does not let it run on", isSuccess: false);
        var exit = await machine.Exited;
        return isHandedOver ? exit.Status : ExitStatus.Failed;
    }

    private static async Task ReadyAsync(VirtualMachine machine, VmPlanning planning, Detached mode, Report report, CancellationToken cancel)
    {
        if (planning.Options.NotifyReady)
        {
            await machine.Guest.WaitAsync(GuestWait.Ready, mode.Timeout, cancel);
            return;
        }

        await machine.Guest.WaitAsync(new QemuAnswer(machine), mode.Timeout, cancel);
        report.Notice($"{machine.Name}: QEMU runs; its guest was not waited for (--notify-ready=no)");
    }

    /// <summary>QEMU has made the machine.</summary>
    private sealed class QemuAnswer(VirtualMachine machine) : GuestWait
    {
        public override string What => "an answer of QEMU's monitor";

        public override async Task WaitAsync(Guest guest, CancellationToken cancellationToken) => await machine.GetMonitorAsync(cancellationToken);
    }
}
