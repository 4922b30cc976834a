namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn run --detach</c> in the process that owns the machine: tells the caller when it is ready, and follows it to its end.</summary>
internal static class DetachedRun
{
    /// <param name="planning">The plan.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="caller">The process that waits, or null when the machine is started again.</param>
    /// <param name="report">Receives messages.</param>
    /// <param name="failed">Cancelled by an uncaught exception on another thread, which was reported: the VM is ended.</param>
    /// <param name="signals">The process's signals.</param>
    /// <param name="restart">The request that this run answers, or null.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="VmLaunchException">A step of the launch failed; everything was undone.</exception>
    public static async Task<RunEnd> RunAsync(VmPlanning planning, Detached mode, CallerLink? caller, Report report, StopSignals signals, VmRestart? restart, CancellationToken failed)
    {
        await using var messages = new MessageQueue(report.Write);
        var name = planning.Require().Name;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(StopSignals.First, failed, caller?.Abandoned ?? CancellationToken.None);
        await using var machine = await VmRun.TryStartAsync(planning, signals, messages, restart, stop.Token);
        if (machine is null)
            return new RunEnd(ExitStatus.Failed);
        signals.Follow(machine);
        using var failure = failed.UnsafeRegister(_ => machine.Fail($"{name}: vmspawn itself has failed, so the VM was ended"), null);
        await RestartAnswer.GiveAsync(restart, machine);
        if (caller is not null && await HandOverAsync(machine, planning, mode, caller, report, messages) is { } status)
            return new RunEnd(status);
        var exit = await machine.Exited;
        return new RunEnd(exit.Status, machine.Restart);
    }

    /// <summary>Waits until it is ready, and tells the caller.</summary>
    /// <returns>The exit status of a machine that does not run on, or null.</returns>
    private static async Task<int?> HandOverAsync(VirtualMachine machine, VmPlanning planning, Detached mode, CallerLink caller, Report report, MessageQueue messages)
    {
        try
        {
            await ReadyAsync(machine, planning, mode, report, caller.Abandoned);
            if (await caller.TryHandOverAsync(machine.Name))
                return null;
        }
        catch (OperationCanceledException) when (caller.Abandoned.IsCancellationRequested)
        {
            // It is ended below.
        }
        catch (VmWaitException error)
        {
            messages.Error($"{machine.Name}: {error.Reason}");
            await messages.DisposeAsync();
            ConsoleTail.Show(machine.Name, error.ConsoleTail);
            return error is VmEndedException { Exit.Status: > 0 and var status } ? status : ExitStatus.Failed;
        }

        machine.RequestForcedEnd("the process that started it does not let it run on", isSuccess: false);
        await machine.Exited;
        return ExitStatus.Failed;
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
