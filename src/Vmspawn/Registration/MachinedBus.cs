using Vmspawn.Linux;

namespace Vmspawn.Registration;

/// <summary>Registers with systemd-machined over D-Bus, for versions without a Varlink socket (before systemd 256).</summary>
internal sealed class MachinedBus : IAsyncDisposable
{
    private const string Service = "org.freedesktop.machine1";
    private const string Manager = "org.freedesktop.machine1.Manager";
    private const string Path = "/org/freedesktop/machine1";

    /// <summary>Time limit at the end: machined also detects the leader's exit.</summary>
    private static readonly TimeSpan FarewellBound = TimeSpan.FromSeconds(1);

    private readonly BusConnection _bus;
    private readonly string _name;

    private MachinedBus(BusConnection bus, string name)
    {
        _bus = bus;
        _name = name;
    }

    /// <summary>Registers a machine whose leader is in a separate unit.</summary>
    /// <exception cref="BusException">machined is not available, or refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static MachinedBus Register(bool user, MachineRecord machine, CancellationToken cancel)
    {
        var bus = BusConnection.Open(user);
        try
        {
            bus.Call(
                Service, Path, Manager, "RegisterMachine",
                call => call.String(machine.Name)
                    .Bytes(machine.Id is { } id ? id.ToByteArray(bigEndian: true) : [])
                    .String("vmspawn").String("vm").UInt32((uint)machine.Supervisor).String(""),
                HostBus.Bound,
                cancel).Dispose();
            return new MachinedBus(bus, machine.Name);
        }
        catch
        {
            bus.Dispose();
            throw;
        }
    }

    /// <summary>Unregisters the machine.</summary>
    public ValueTask DisposeAsync()
    {
        try
        {
            _bus.Call(Service, Path, Manager, "UnregisterMachine", call => call.String(_name), FarewellBound, CancellationToken.None).Dispose();
        }
        catch (BusException)
        {
            // machined unregisters a machine whose leader has exited, which happens next.
        }

        _bus.Dispose();
        return ValueTask.CompletedTask;
    }
}
