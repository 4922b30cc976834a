using Vmspawn.Consoles;
using Vmspawn.Control;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Registration;
using Vmspawn.Spec;
using Vmspawn.Ssh;
using Vmspawn.Supervise;

namespace Vmspawn.Run;

/// <summary>Carries out a plan and waits for the VM's end: assembles the parts of a running VM.</summary>
internal static class VmRun
{
    /// <param name="planning">The plan.</param>
    /// <param name="options">The options that it was made from.</param>
    /// <param name="environment">The process's environment.</param>
    /// <param name="direct">Receives messages.</param>
    /// <param name="failed">Cancelled by an uncaught exception on another thread, which was reported: the VM is ended.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="LaunchException">A step of the launch failed; everything was undone.</exception>
    public static async Task<int> RunAsync(
        Planning planning, VmOptions options, Func<string, string?> environment, VmMessages direct, CancellationToken failed)
    {
        await using var queue = new MessageQueue(direct);
        var (spec, plan, messages) = (planning.Spec!, planning.Plan!, queue.Messages);
        var inbox = Supervisor.CreateInbox();
        using var signals = new StopSignals(inbox.Writer, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.First, failed);
        using var failure = failed.UnsafeRegister(
            _ => inbox.Writer.TryWrite(new MachineFailed($"{plan.Name}: vmspawn itself has failed, so the VM was ended")), null);
        messages.Detail($"{plan.Name}: the plan is made; starting it");
        // Disposed after everything that uses the terminal.
        await using var terminal = NativeTerminal.For(options.Console);
        await using var scope = await MachineScope.EnterAsync(spec, inbox.Writer, problem => messages.Notice($"{plan.Name}: {problem}"), stop.Token);
        await using var vm = await TryLaunchAsync(planning, environment, signals, messages, stop.Token);
        if (vm is null)
            return 1;
        var service = ServiceManager.Of(environment);
        using var manager = new ManagerLink(service, vm.Qemu.Id, options.NotifyReady, inbox.Writer);
        await using var supervisor = new Supervisor(SupervisedVm.Of(vm, environment), inbox, manager, messages, TimeProvider.System);
        // QEMU boots meanwhile, so that the socket does not delay the guest.
        await using var control = ControlServer.Start(vm, spec, supervisor, messages);
        await using var registration = MachineRegistration.Start(spec, vm, scope, supervisor.Inbox, messages);
        await using var sleep = HostSleep.Watch(plan.Name, supervisor.Monitor, messages);
        StartMessages.Show(vm, options, service, messages);
        var end = await FollowAsync(vm, spec, supervisor, options, environment, messages);
        await control.EndAsync(end);
        manager.Ended(end.Status);
        if (end.IsGuests)
            messages.Notice($"{plan.Name}: the guest ended with exit status {end.Status}");
        foreach (var line in end.Errors)
            messages.Error(line);
        return end.Status;
    }

    /// <summary>The running VM; null when a signal arrived first, which is reported.</summary>
    private static async Task<RunningVm?> TryLaunchAsync(
        Planning planning, Func<string, string?> environment, StopSignals signals, VmMessages messages, CancellationToken stop)
    {
        var plan = planning.Plan!;
        try
        {
            // A failed undo step is an error, but replaces neither the guest's status nor the reason of a failure.
            void Report(string problem) => messages.Error($"{plan.Name}: {problem}");
            void Step(string step) => messages.Detail($"{plan.Name}: {step}");
            return await Launcher.LaunchAsync(plan, planning.Spec!.Host.Runtime, PassedDevices.Of(environment), Report, Step, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (signals.Name is { } name)
                messages.Error($"{plan.Name}: {name} came before the VM ran, so it was not started");
            return null;
        }
    }

    private static async Task<QemuEnd> FollowAsync(
        RunningVm vm, MachineSpec spec, Supervisor supervisor, VmOptions options, Func<string, string?> environment, VmMessages messages)
    {
        await using var background = new BackgroundTasks(
            (what, why) => messages.Notice($"{vm.Plan.Name}: cannot {what}: {FailureReason.Of(why)}"));
        background.Run("make the SSH key of the next machine", stop => PrepareNextKeyAsync(spec, supervisor.Monitor, stop));
        await using var console = VmConsole.Join(vm, supervisor.Inbox, options, environment, background);
        var end = await supervisor.RunAsync();
        if (console is not null)
            await console.DrainAsync();
        return end;
    }

    /// <summary>
    /// Generates a key for the next machine after this one has started; not if the runtime directory may be on a disk
    /// and outlive the user's session.
    /// </summary>
    private static async Task PrepareNextKeyAsync(MachineSpec spec, MonitorSlot monitor, CancellationToken stop)
    {
        if (spec is { Ssh: { } ssh, Host.Runtime.IsFallback: false }
            && await Task.WhenAny(monitor.Ready, monitor.Lost).WaitAsync(stop) == monitor.Ready)
            await new SshKeyMaker(ssh.Source).PrepareNextKeyAsync(stop);
    }
}
