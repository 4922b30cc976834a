using System.Threading.Channels;
using Vmspawn.Control;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Registration;

/// <summary>Makes a running VM known to systemd while QEMU starts, and unknown again at its end.</summary>
internal sealed class MachineRegistration : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly MachineSpec _spec;
    private readonly RunningVm _vm;
    private readonly ChannelWriter<SupervisorEvent> _inbox;
    private readonly Task _registering;
    private readonly bool _isInScope;
    private MachineScope? _scope;
    private IAsyncDisposable? _registered;

    private MachineRegistration(MachineSpec spec, RunningVm vm, MachineScope? scope, ChannelWriter<SupervisorEvent> inbox)
    {
        _spec = spec;
        _vm = vm;
        _isInScope = scope is not null;
        _inbox = inbox;
        _registering = Task.Run(RunAsync);
    }

    private RegistrationSpec Wish => _spec.Registration;

    /// <summary>Begins; returns at once.</summary>
    /// <param name="spec">What is wished.</param>
    /// <param name="vm">The machine.</param>
    /// <param name="scope">The scope that it was started in, or null.</param>
    /// <param name="inbox">The supervisor's.</param>
    public static MachineRegistration Start(MachineSpec spec, RunningVm vm, MachineScope? scope, ChannelWriter<SupervisorEvent> inbox) =>
        new(spec, vm, scope, inbox);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _registering;
        if (_registered is not null)
            await _registered.DisposeAsync();
        if (_scope is not null)
            await _scope.DisposeAsync();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        if (Wish.Scope == ScopeRequest.IfPossible)
            _scope = await TryScopeAsync();
        if (Wish.Register != Tristate.No)
            await RegisterAsync();
    }

    private async Task<MachineScope?> TryScopeAsync()
    {
        int[] processes = [Environment.ProcessId, _vm.Qemu.Id, .. _vm.Helpers.Select(helper => helper.Process.Id)];
        try
        {
            return await MachineScope.AllocateAsync(_spec.Name, Wish, processes, _inbox);
        }
        catch (BusException)
        {
            // It was not asked for: machined may make one, or the machine stays where we are.
            return null;
        }
    }

    private async Task RegisterAsync()
    {
        var machine = new MachineRecord(
            _spec.Name, Environment.ProcessId, _vm.Directory.PathOf(ControlServer.SocketName),
            AllocateUnit: !_isInScope && _scope is null && !Wish.KeepUnit)
        {
            Id = _spec.Uuid,
            VsockCid = _vm.Plan.Vsock?.Cid,
            // It has no place for a port, which every other way has.
            SshAddress = _vm.Ssh is { IsVsock: true } ssh ? ssh.Address : null,
            SshPrivateKeyPath = _vm.Ssh is { IsVsock: true } key ? key.KeyFile : null,
        };
        string? reason = null;
        foreach (var socket in Wish.Machined)
        {
            try
            {
                _registered = await MachinedClient.RegisterAsync(socket, machine, _end.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (Reason(e) is { } why)
            {
                reason ??= $"{socket}: {why}";
            }
        }

        reason ??= RegisterByBus(machine);
        if (reason is not null && Wish.Register == Tristate.Yes)
            _inbox.TryWrite(new MachineFailed($"--register=yes: systemd-machined did not take the machine: {reason}"));
    }

    private string? RegisterByBus(MachineRecord machine)
    {
        if (!Wish.HasBus)
            return "it does not run";
        try
        {
            _registered = MachinedBus.Register(Wish.IsUser, machine);
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
