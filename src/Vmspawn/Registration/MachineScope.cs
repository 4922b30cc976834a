using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn.Registration;

/// <summary>The machine's own scope unit, and the connection by which systemd asks to end it.</summary>
internal sealed class MachineScope : IAsyncDisposable
{
    private MachineScope(HostBus bus) => Bus = bus;

    /// <summary>The bus of the scope's manager.</summary>
    public HostBus Bus { get; }

    /// <summary>Moves us, and thereby all that we start, into the unit that was insisted on; null where none was, or when it was
    /// cancelled, which ends the launch that comes next.</summary>
    /// <exception cref="LaunchException">It cannot be had.</exception>
    public static async Task<MachineScope?> EnterAsync(
        MachineSpec spec, ChannelWriter<SupervisorEvent> inbox, Action<string> problem, CancellationToken cancel)
    {
        if (spec.Registration.Scope != ScopeRequest.Needed)
            return null;
        try
        {
            return await AllocateAsync(spec.Name, spec.Registration, [Environment.ProcessId], inbox, problem, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (BusException refusal)
        {
            throw new LaunchException($"make the scope unit {ScopeUnit.NameFor(spec.Name)}", refusal.Message, refusal);
        }
    }

    /// <summary>Makes the unit with all that was asked for; systemd's request to end it counts as a signal to stop.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="spec">What was asked for.</param>
    /// <param name="processes">Who moves into it.</param>
    /// <param name="inbox">The supervisor's.</param>
    /// <param name="problem">Takes the reason when systemd's requests can no longer be received.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="BusException">systemd refuses, or is not there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<MachineScope> AllocateAsync(
        string machine, RegistrationSpec spec, IReadOnlyList<int> processes, ChannelWriter<SupervisorEvent> inbox, Action<string> problem,
        CancellationToken cancel)
    {
        var bus = HostBus.Open(spec.IsUser, problem);
        try
        {
            await ScopeUnit.AllocateAsync(bus.Connection, machine, spec.Slice, spec.StartedWith, processes, cancel);
            if (spec.SetLater.Count > 0
                && await UnitSettings.SetAsync(spec.Systemctl!, spec.IsUser, ScopeUnit.NameFor(machine), spec.SetLater, cancel) is { } complaint)
                throw new BusException("set-property", complaint);
            bus.Follow(signal =>
            {
                if (ScopeUnit.IsRequestStop(signal))
                    inbox.TryWrite(new StopAsked("systemd", TimeProvider.System.GetTimestamp()));
                return null;
            });
            return new MachineScope(bus);
        }
        catch
        {
            await bus.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Bus.DisposeAsync();
}
