using Vmspawn.Linux;

namespace Vmspawn.Registration;

/// <summary>systemd-machined over D-Bus, for those that have no Varlink socket (before systemd 256).</summary>
internal sealed class MachinedBus : IAsyncDisposable
{
    private const string Service = "org.freedesktop.machine1";
    private const string Manager = "org.freedesktop.machine1.Manager";
    private const string Path = "/org/freedesktop/machine1";

    /// <summary>We are ending, and machined sees that by itself.</summary>
    private static readonly TimeSpan FarewellBound = TimeSpan.FromSeconds(1);

    private readonly BusConnection _bus;
    private readonly string _name;

    private MachinedBus(BusConnection bus, string name)
    {
        _bus = bus;
        _name = name;
    }

    /// <summary>Registers a machine whose leader is in a unit of its own.</summary>
    /// <exception cref="BusException">There is no machined, or it refuses.</exception>
    public static MachinedBus Register(bool user, MachineRecord machine)
    {
        var bus = BusConnection.Open(user);
        try
        {
            bus.Call(
                Service, Path, Manager, "RegisterMachine",
                call => call.String(machine.Name)
                    .Bytes(machine.Id is { } id ? id.ToByteArray(bigEndian: true) : [])
                    .String("vmspawn").String("vm").UInt32((uint)machine.Supervisor).String(""),
                HostBus.Bound).Dispose();
            return new MachinedBus(bus, machine.Name);
        }
        catch
        {
            bus.Dispose();
            throw;
        }
    }

    /// <summary>Makes the machine unknown again.</summary>
    public ValueTask DisposeAsync()
    {
        try
        {
            _bus.Call(Service, Path, Manager, "UnregisterMachine", call => call.String(_name), FarewellBound).Dispose();
        }
        catch (BusException)
        {
            // machined forgets a machine whose leader is gone, which we are in a moment.
        }

        _bus.Dispose();
        return ValueTask.CompletedTask;
    }
}
