using Vmspawn.Consoles;
using Vmspawn.Control;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan.Arguments;
using Vmspawn.Spec;
using Vmspawn.Ssh;
using Vmspawn.Registration;
using Vmspawn.Supervise;

namespace Vmspawn.Run;

/// <summary>Carries a plan out and stays until the guest's end.</summary>
internal static class VmRun
{
    /// <summary>What the guest wrote last is shown within this time, or its reader is not reading.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(2);

    /// <returns>The exit status.</returns>
    /// <exception cref="LaunchException">A step of the launch failed; nothing is left behind.</exception>
    public static async Task<int> RunAsync(
        Planning planning, VmOptions options, Func<string, string?> environment, VmMessages messages)
    {
        var inbox = Supervisor.CreateInbox();
        using var signals = new StopSignals(inbox.Writer);
        // Given back last, so that the terminal is whole again whatever happens before.
        using var mode = options.Console == ConsoleMode.Native && TerminalMode.IsTerminal(StandardStream.Input)
            ? TerminalMode.MakeRaw(StandardStream.Input, restoreOnSignals: false)
            : null;
        await using var scope = await MachineScope.EnterAsync(planning.Spec!, inbox.Writer);
        await using var vm = await Launcher.LaunchAsync(
            planning.Plan!, planning.Spec!.Host.Runtime, PassedDevices.Of(environment), messages.Error, CancellationToken.None);
        var service = ServiceManager.Of(environment);
        using var manager = new ManagerLink(service, options.NotifyReady, inbox.Writer);
        await using var supervisor = new Supervisor(vm, inbox, manager, messages);
        // QEMU is starting meanwhile: the socket costs the guest no time.
        await using var control = ControlServer.Start(vm, planning.Spec!, supervisor, messages);
        await using var registration = MachineRegistration.Start(planning.Spec!, vm, scope, supervisor.Inbox);
        await using var sleep = HostSleep.Watch(vm.Plan.Name, supervisor.Monitor, messages);
        messages.Notice(Greeting(options, planning));
        if (vm.Ssh is not null)
            messages.Notice($"{vm.Plan.Name}: \"vmspawn ssh {vm.Plan.Name}\" logs in");
        if (service.IsThere && options.NotifyReady && vm.Plan.Vsock is null)
            messages.Notice($"{vm.Plan.Name}: without a vsock it is ready when its guest says \"echo READY=1 >/dev/virtio-ports/{NotifyArguments.PortName}\"; --notify-ready=no does not wait for that");
        QemuEnd end;
        using (var console = Join(vm, supervisor, options, environment))
        {
            var stock = PrepareNextKeyAsync(planning.Spec!, supervisor.Monitor);
            end = await supervisor.RunAsync();
            await stock;
            if (console is not null)
                await Task.WhenAny(console.Drained, Task.Delay(DrainBound));
        }

        await control.EndAsync(end);
        if (end.IsGuests)
            messages.Notice($"{planning.Plan!.Name}: the guest ended with exit status {end.Status}");
        foreach (var line in end.Errors)
            messages.Error(line);
        return end.Status;
    }

    private static ConsoleForwarder? Join(
        RunningVm vm, Supervisor supervisor, VmOptions options, Func<string, string?> environment)
    {
        if (vm.Terminal is not { } terminal)
            return null;
        var console = ConsoleForwarder.Start(terminal, new ConsoleSpec(StandardStream.Output)
        {
            Input = options.Console == ConsoleMode.Interactive ? StandardStream.Input : null,
            Background = ConsoleSpec.ChooseBackground(options.Background, environment),
            RestoreOnSignals = false,
        });
        _ = console.KillRequested.ContinueWith(
            _ => supervisor.Inbox.TryWrite(new KillAsked("Ctrl-]")), TaskScheduler.Default);
        return console;
    }

    /// <summary>
    /// A key for the next machine, once this one has all it needs to start; none where the runtime directory may be on a disk and
    /// outlive the user's session.
    /// </summary>
    private static async Task PrepareNextKeyAsync(MachineSpec spec, MonitorSlot monitor)
    {
        if (spec is { Ssh: { } ssh, Host.Runtime.IsFallback: false } && await Task.WhenAny(monitor.Ready, monitor.Lost) == monitor.Ready)
            await new SshKeyMaker(ssh.Source).PrepareNextKeyAsync();
    }

    private static string Greeting(VmOptions options, Planning planning) => options.Console == ConsoleMode.Interactive
        ? $"{planning.Plan!.Name}: booting; Ctrl-] three times within a second kills it"
        : $"{planning.Plan!.Name}: booting";
}
