using Microsoft.Extensions.Logging;
using Vmspawn.Cli.Control.Run;
using Vmspawn.Cli.Running.Terminal;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn run --exec=</c>: boots, runs a command in the guest with this process's standard streams, powers off, and returns the command's status.</summary>
internal static class OneCommandRun
{
    /// <summary>How long a guest may take to power off, which has run the command; three times as long without KVM.</summary>
    private static readonly TimeSpan PowerOffTime = TimeSpan.FromSeconds(30);

    /// <summary>The time limit of the request by the channel.</summary>
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    /// <summary>The guest's own way: an init is asked, and a guest without one, whose first process is a shell, does not wait for a request.</summary>
    private const string PowerOff = """
        asks() {
            for way in /run/initctl /dev/initctl /run/openrc/init.ctl /run/runit; do [ ! -e $way ] || return 0; done
            while read -r key value; do [ $key != SigCgt: ] || caught=$value; done </proc/1/status
            [ $((0x${caught:-0} >> 11 & 1)) = 1 ] # SIGUSR2, which busybox's poweroff sends
        }
        if [ -d /run/systemd/system ]; then systemctl --no-block poweroff
        elif asks; then poweroff
        else sync; poweroff -f || echo o >/proc/sysrq-trigger
        fi
        """;

    /// <param name="planning">The plan.</param>
    /// <param name="command">The command.</param>
    /// <param name="report">Receives messages.</param>
    /// <param name="failed">Cancelled by an uncaught exception on another thread, which was reported: the VM is ended.</param>
    /// <returns>The command's exit status, or <see cref="ExecRun.NotRun"/> when it could not be run to its end.</returns>
    /// <exception cref="VmLaunchException">A step of the launch failed; everything was undone.</exception>
    public static async Task<int> RunAsync(VmPlanning planning, OneCommand command, Report report, CancellationToken failed)
    {
        using var signals = new ForwardedSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.First, failed);
        var isEnding = false;
        // The steps of the end, which every run has, are of no interest beside the command's output.
        await using var messages = new MessageQueue((level, text) => report.Write(isEnding && level == LogLevel.Information ? LogLevel.Debug : level, text));
        var name = planning.Require().Name;
        try
        {
            await using var machine = await VirtualMachine.StartAsync(planning, VmRun.HowToStart(planning, messages), stop.Token);
            await using var background = new BackgroundTasks((what, why) => messages.Notice($"{name}: cannot {what}: {FailureReason.Of(why)}"));
            await using var console = command.ShowsConsole ? VmConsole.Join(machine, planning.Options, StandardStream.Error, background) : null;
            int status;
            try
            {
                status = await RunAsync(machine, command, signals, failed);
            }
            catch (OutputException error)
            {
                // A reader that has closed the pipe is not a failure, as everywhere.
                if (!error.IsReaderGone)
                    messages.Error($"standard output: it cannot be written: {error.Message}");
                status = error.IsReaderGone ? 0 : ExitStatus.Failed;
            }
            finally
            {
                Volatile.Write(ref isEnding, true);
            }

            // What a machine that continues a snapshot writes to its disks is thrown away, so nothing is lost without an orderly end.
            if (planning.Options is { Restore: not null, Shares.Binds.Count: 0 })
                machine.RequestForcedEnd("the command has ended");
            else
                await EndAsync(machine, signals, messages);
            await machine.Exited;
            return status;
        }
        catch (VmWaitException error)
        {
            messages.Error($"{name}: {error.Reason}");
            await messages.DisposeAsync();
            if (!command.ShowsConsole)
                ConsoleTail.Show(name, error.ConsoleTail);
        }
        catch (GuestChannelException error)
        {
            messages.Error($"{name}: {error.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            messages.Error($"{name}: it was interrupted before the command ran, so the machine was ended");
        }

        return ExecRun.NotRun;
    }

    /// <summary>Waits for the guest, and runs the command; the end of the machine and a panic of its kernel end both.</summary>
    private static async Task<int> RunAsync(VirtualMachine machine, OneCommand command, ForwardedSignals signals, CancellationToken failed)
    {
        using (var early = CancellationTokenSource.CreateLinkedTokenSource(signals.First, failed))
            await machine.Guest.WaitAsync(GuestWait.Channel, command.Timeout, early.Token);
        var run = new CommandEnd(GuestCommand.Shell(command.Line), signals);
        await machine.Guest.WaitAsync(run, Timeout.InfiniteTimeSpan, failed);
        return run.Status;
    }

    private static async Task EndAsync(VirtualMachine machine, ForwardedSignals signals, MessageQueue messages)
    {
        using var first = signals.First.UnsafeRegister(_ => machine.RequestForcedEnd("a signal"), null);
        using var second = signals.Second.UnsafeRegister(_ => machine.RequestForcedEnd("a signal"), null);
        try
        {
            await machine.Guest.RunAsync(GuestCommand.Shell(PowerOff) with { Timeout = RequestTime }, signals.First);
        }
        catch (Exception error) when (error is VmException or OperationCanceledException)
        {
            // The power button is pressed in any case.
        }

        var limit = PowerOffTime * (machine.IsEmulated ? 3 : 1);
        var exit = await machine.StopAsync(limit);
        if (!exit.IsSuccess && !signals.First.IsCancellationRequested && !signals.Second.IsCancellationRequested)
            messages.Error($"{machine.Name}: the command has ended, but the machine did not power off: {exit}");
    }

    /// <summary>The end of the command.</summary>
    private sealed class CommandEnd(GuestCommand command, ForwardedSignals signals) : GuestWait
    {
        public int Status { get; private set; }

        public override string What => "the command's end";

        public override async Task WaitAsync(Guest guest, CancellationToken cancellationToken) =>
            Status = await StreamedCommand.RunAsync(guest, command, hasTerminal: false, signals, cancellationToken);
    }
}
