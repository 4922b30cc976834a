using System.Threading.Channels;
using Vmspawn.Control;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Registration;

/// <summary>Makes a running VM known to systemd-machined while QEMU starts, and unknown again at its end.</summary>
internal sealed class MachineRegistration : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task<MachinedClient?> _registered;

    private MachineRegistration(RegistrationSpec spec, MachineRecord machine, ChannelWriter<SupervisorEvent> inbox) =>
        _registered = Task.Run(() => RegisterAsync(spec, machine, inbox, _end.Token));

    /// <summary>Begins to register; returns at once.</summary>
    public static MachineRegistration Start(MachineSpec spec, RunningVm vm, ChannelWriter<SupervisorEvent> inbox) => new(
        spec.Registration,
        new MachineRecord(spec.Name, Environment.ProcessId, vm.Directory.PathOf(ControlServer.SocketName), !spec.Registration.KeepUnit)
        {
            Id = spec.Uuid,
            VsockCid = vm.Plan.Vsock?.Cid,
            // It has no place for a port, which every other way has.
            SshAddress = vm.Ssh is { IsVsock: true } ssh ? ssh.Address : null,
            SshPrivateKeyPath = vm.Ssh is { IsVsock: true } key ? key.KeyFile : null,
        },
        inbox);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (await _registered is { } client)
            await client.DisposeAsync();
        _end.Dispose();
    }

    private static async Task<MachinedClient?> RegisterAsync(
        RegistrationSpec spec, MachineRecord machine, ChannelWriter<SupervisorEvent> inbox, CancellationToken end)
    {
        string? reason = null;
        foreach (var socket in spec.Machined)
        {
            try
            {
                return await MachinedClient.RegisterAsync(socket, machine, end);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (Exception e) when (Reason(e) is { } why)
            {
                reason ??= $"{socket}: {why}";
            }
        }

        if (spec.Register == Tristate.Yes)
            inbox.TryWrite(new MachineFailed($"--register=yes: systemd-machined did not take the machine: {reason}"));
        return null;
    }

    private static string? Reason(Exception error) => error switch
    {
        VarlinkErrorException { Name: "io.systemd.Machine.MachineExists" } => "it has a machine of this name",
        VarlinkErrorException refusal => refusal.Message,
        VarlinkDisconnectedException or TimeoutException or LinuxException => error.Message,
        _ => null,
    };
}
