using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn.Registration;

/// <summary>The machine's own scope unit, and the bus connection that receives systemd's request to stop it.</summary>
internal sealed class MachineScope : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private ChannelWriter<SupervisorEvent> _inbox;
    private bool _isMissed;

    private MachineScope(HostBus bus, ChannelWriter<SupervisorEvent> inbox) => (Bus, _inbox) = (bus, inbox);

    /// <summary>The bus of the scope's manager.</summary>
    public HostBus Bus { get; }

    /// <summary>Moves vmspawn, and thereby its future children, into the required unit; null when none is required, or when it was
    /// cancelled, which also cancels the launch that follows.</summary>
    /// <exception cref="LaunchException">The unit cannot be created.</exception>
    public static async Task<MachineScope?> EnterAsync(
        MachineSpec spec, ChannelWriter<SupervisorEvent> inbox, Action<string> problem, CancellationToken cancel)
    {
        if (spec.Registration.Scope != ScopeRequest.Needed)
            return null;
        try
        {
            return await AllocateAsync(spec.Name, spec.Registration, [Environment.ProcessId], inbox, problem, cancel).ConfigureAwait(false);
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

    /// <summary>Creates the unit with the requested properties; systemd's request to stop it is handled like a stop signal.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="spec">The requested registration.</param>
    /// <param name="processes">The processes to move into it.</param>
    /// <param name="inbox">The supervisor's.</param>
    /// <param name="problem">Receives the reason when systemd's requests can no longer be received.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <exception cref="BusException">systemd refuses, or is not available.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<MachineScope> AllocateAsync(
        string machine, RegistrationSpec spec, IReadOnlyList<int> processes, ChannelWriter<SupervisorEvent> inbox, Action<string> problem,
        CancellationToken cancel)
    {
        var bus = HostBus.Open(spec.IsUser, problem);
        try
        {
            await ScopeUnit.AllocateAsync(bus.Connection, machine, spec.Slice, spec.StartedWith, processes, cancel).ConfigureAwait(false);
            if (spec.SetLater.Count > 0
                && await UnitSettings.SetAsync(spec.Systemctl!, spec.IsUser, ScopeUnit.NameFor(machine), spec.SetLater, cancel).ConfigureAwait(false) is { } complaint)
                throw new BusException("set-property", complaint);
            var scope = new MachineScope(bus, inbox);
            bus.Follow(signal =>
            {
                if (ScopeUnit.IsRequestStop(signal))
                    scope.RequestStop();
                return null;
            });
            return scope;
        }
        catch
        {
            await bus.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Passes systemd's requests to another machine, which takes the place of the first one; one that came in between as well.</summary>
    public void Follow(ChannelWriter<SupervisorEvent> inbox)
    {
        lock (_lock)
        {
            _inbox = inbox;
            if (_isMissed)
                RequestStop();
        }
    }

    private void RequestStop()
    {
        lock (_lock)
            _isMissed = !_inbox.TryWrite(new StopAsked("systemd", TimeProvider.System.GetTimestamp()));
    }

    public ValueTask DisposeAsync() => Bus.DisposeAsync();
}
