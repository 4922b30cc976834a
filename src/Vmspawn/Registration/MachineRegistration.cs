using System.Threading.Channels;
using Vmspawn.Control;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Registration;

/// <summary>Registers a running VM with systemd while QEMU starts, and unregisters it at its end.</summary>
internal sealed class MachineRegistration : IAsyncDisposable
{
    private readonly MachineSpec _spec;
    private readonly RunningVm _vm;
    private readonly ChannelWriter<SupervisorEvent> _inbox;
    private readonly VmMessages _messages;
    private readonly BackgroundTasks _background;
    private readonly bool _isInScope;
    private readonly Func<RestartRequest?> _restart;
    private MachineScope? _scope;
    private IAsyncDisposable? _registered;

    private MachineRegistration(MachineSpec spec, RunningVm vm, MachineScope? scope, ChannelWriter<SupervisorEvent> inbox, Func<RestartRequest?> restart, VmMessages messages)
    {
        _restart = restart;
        _spec = spec;
        _vm = vm;
        _isInScope = scope is not null;
        _inbox = inbox;
        _messages = messages;
        _background = new BackgroundTasks(OnFailure);
        _background.Run("register the machine with systemd-machined", stop => Task.Run(() => RunAsync(stop), stop));
    }

    private RegistrationSpec Request => _spec.Registration;

    /// <summary>Starts the registration in the background.</summary>
    /// <param name="spec">The requested registration.</param>
    /// <param name="vm">The machine.</param>
    /// <param name="scope">The scope that it was started in, or null.</param>
    /// <param name="inbox">The supervisor's.</param>
    /// <param name="restart">At the end: the request to start the machine again, for which the scope is kept.</param>
    /// <param name="messages">Receive failures that do not end the machine.</param>
    public static MachineRegistration Start(
        MachineSpec spec, RunningVm vm, MachineScope? scope, ChannelWriter<SupervisorEvent> inbox, Func<RestartRequest?> restart, VmMessages messages) =>
        new(spec, vm, scope, inbox, restart, messages);

    /// <summary>
    /// Unregisters the machine before it ends: systemd-machined stops the scope of a registered machine whose QEMU has ended, and with it the one that is started next.
    /// </summary>
    public async Task LeaveAsync()
    {
        await _background.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _registered, null) is { } registered)
            await registered.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        if (_scope is not null && _restart() is { } restart)
            restart.Keep(_scope);
        else if (_scope is not null)
            await _scope.DisposeAsync().ConfigureAwait(false);
    }

    // Only a required registration ends the machine when it fails.
    private void OnFailure(string what, Exception why)
    {
        if (Request.Register == Tristate.Yes)
            _inbox.TryWrite(new MachineFailed($"--register=yes: cannot {what}: {FailureReason.Of(why)}"));
        else
            _messages.Notice($"{_spec.Name}: cannot {what}: {FailureReason.Of(why)}");
    }

    private async Task RunAsync(CancellationToken stop)
    {
        if (Request.Scope == ScopeRequest.IfPossible && !_isInScope)
            _scope = await TryScopeAsync(stop).ConfigureAwait(false);
        if (Request.Register != Tristate.No)
            await RegisterAsync(stop).ConfigureAwait(false);
    }

    private async Task<MachineScope?> TryScopeAsync(CancellationToken stop)
    {
        int[] processes = [Environment.ProcessId, _vm.Qemu.Id, .. _vm.Helpers.Select(helper => helper.Id)];
        try
        {
            return await MachineScope.AllocateAsync(_spec.Name, Request, processes, _inbox, problem => _messages.Notice($"{_spec.Name}: {problem}"), stop).ConfigureAwait(false);
        }
        catch (BusException)
        {
            // The scope is optional: machined may create one, or the machine stays in vmspawn's unit.
            return null;
        }
    }

    private async Task RegisterAsync(CancellationToken stop)
    {
        var machine = new MachineRecord(
            _spec.Name, Environment.ProcessId, _vm.Qemu.Id, _vm.Directory.PathOf(ControlServer.SocketName),
            AllocateUnit: !_isInScope && _scope is null && !Request.KeepUnit)
        {
            Id = _spec.Uuid,
            VsockCid = _vm.Plan.Vsock?.Cid,
            // The field has no port, which addresses other than vsock need.
            SshAddress = _vm.SshByVsock?.Address,
            SshPrivateKeyPath = _vm.SshByVsock?.KeyFile,
        };
        string? reason = null;
        foreach (var socket in Request.Machined)
        {
            try
            {
                _registered = await MachinedClient.RegisterAsync(socket, machine, stop).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (Reason(e) is { } why)
            {
                reason ??= $"{socket}: {why}";
            }
        }

        reason ??= RegisterByBus(machine, stop);
        if (reason is not null && Request.Register == Tristate.Yes)
            _inbox.TryWrite(new MachineFailed($"--register=yes: systemd-machined did not take the machine: {reason}"));
    }

    private string? RegisterByBus(MachineRecord machine, CancellationToken stop)
    {
        if (!Request.HasBus)
            return "it does not run";
        try
        {
            _registered = MachinedBus.Register(Request.IsUser, machine, stop);
            return null;
        }
        catch (BusException refusal)
        {
            return refusal.Message;
        }
    }

    private static string? Reason(Exception error) => error switch
    {
        VarlinkErrorException { Name: "io.systemd.Machine.MachineExists" } => "it has a machine of this name",
        VarlinkErrorException refusal => refusal.Message,
        VarlinkDisconnectedException or TimeoutException or LinuxException => error.Message,
        _ => null,
    };
}
