using Vmspawn.Cli.Running.Terminal;
using Vmspawn.Cli.Ssh;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>A machine at a terminal, until its end: signals, the console on the standard streams, messages.</summary>
internal static class VmRun
{
    /// <summary>Bytes of the console that are kept: few, because a supervisor runs for months.</summary>
    private const int ConsoleHistory = 256 << 10;

    /// <param name="planning">The plan.</param>
    /// <param name="report">Receives messages.</param>
    /// <param name="failed">Cancelled by an uncaught exception on another thread, which was reported: the VM is ended.</param>
    /// <param name="signals">The process's signals.</param>
    /// <param name="restart">The request that this run answers, or null.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="VmLaunchException">A step of the launch failed; everything was undone.</exception>
    public static async Task<RunEnd> RunAsync(VmPlanning planning, Report report, StopSignals signals, VmRestart? restart, CancellationToken failed)
    {
        await using var messages = new MessageQueue(report.Write);
        var name = planning.Require().Name;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(StopSignals.First, failed);
        // Disposed after everything that uses the terminal.
        await using var terminal = NativeTerminal.For(planning.Options.Console);
        await using var machine = await TryStartAsync(planning, signals, messages, restart, stop.Token);
        if (machine is null)
            return new RunEnd(ExitStatus.Failed);
        signals.Follow(machine);
        using var failure = failed.UnsafeRegister(_ => machine.Fail($"{name}: vmspawn itself has failed, so the VM was ended"), null);
        StartMessages.Show(machine, planning.Options, messages);
        var told = RestartAnswer.GiveAsync(restart, machine);
        var exit = await FollowAsync(machine, planning, messages);
        await told;
        if (exit is { IsSuccess: false, Errors.Count: 0 })
            messages.Notice($"{name}: the guest ended with exit status {exit.Status}");
        foreach (var line in exit.Errors)
            messages.Error(line);
        return new RunEnd(exit.Status, machine.Restart);
    }

    /// <summary>How <c>vmspawn run</c> starts machines.</summary>
    public static VmStartOptions HowToStart(VmPlanning planning, MessageQueue messages) => new()
    {
        Integration = HostIntegration.All,
        // QEMU boots meanwhile.
        WaitsForMonitor = false,
        ConsoleHistory = ConsoleHistory,
        SshProxy = SshProxyVerb.Command,
        LoggerFactory = messages,
        LogFile = MachineLog.PathOf(planning.Require().Name),
    };

    /// <summary>The running VM; null when a signal arrived first, which is reported.</summary>
    public static async Task<VirtualMachine?> TryStartAsync(VmPlanning planning, StopSignals signals, MessageQueue messages, VmRestart? restart, CancellationToken stop)
    {
        try
        {
            return await VirtualMachine.StartAsync(planning, HowToStart(planning, messages) with { CanRestart = RestartAnswer.IsPossible, Restarts = restart }, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (signals.Name is { } name)
                messages.Error($"{planning.Plan!.Name}: {name} came before the VM ran, so it was not started");
            return null;
        }
    }

    private static async Task<VmExit> FollowAsync(VirtualMachine machine, VmPlanning planning, MessageQueue messages)
    {
        await using var background = new BackgroundTasks(
            (what, why) => messages.Notice($"{machine.Name}: cannot {what}: {FailureReason.Of(why)}"));
        await using var console = VmConsole.Join(machine, planning.Options, StandardStream.Output, background);
        var exit = await machine.Exited;
        if (console is not null)
            await console.DrainAsync();
        return exit;
    }
}
