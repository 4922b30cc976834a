using Vmspawn.Control.Storage;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Ports;

/// <summary>A port that is reserved for a device, until the device is in it or is given up.</summary>
internal sealed class PortReservation
{
    /// <summary>How long to wait for a port whose device is being detached.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(8);

    private readonly PortPool _ports;
    private readonly Removals _removals;
    private readonly string _owner;

    private PortReservation(PortPool ports, Removals removals, string owner, PortLease lease)
    {
        _ports = ports;
        _removals = removals;
        _owner = owner;
        Lease = lease;
    }

    /// <summary>The port; another after <see cref="PlugAsync"/> has found this one taken.</summary>
    public PortLease Lease { get; private set; }

    /// <param name="ports">The ports.</param>
    /// <param name="removals">Receives unmanaged devices that are found in a port.</param>
    /// <param name="owner">The use of the device, for messages.</param>
    /// <exception cref="VmControlException">None is free.</exception>
    public static async Task<PortReservation> MakeAsync(PortPool ports, Removals removals, string owner) =>
        new(ports, removals, owner, await ports.ReserveAsync(owner, WaitLimit).ConfigureAwait(false));

    /// <summary>Plugs a device in; into the next port if an unmanaged device is in this one.</summary>
    /// <param name="add">Adds the device to the port of that lease.</param>
    /// <exception cref="VmControlException">No further port is free.</exception>
    /// <exception cref="QmpException">QEMU refuses the device, and not because of the port; the reservation stands.</exception>
    public async Task PlugAsync(Func<PortLease, Task> add)
    {
        while (true)
        {
            try
            {
                await add(Lease).ConfigureAwait(false);
                _ports.Take(Lease);
                return;
            }
            catch (QmpCommandException refused) when (UnmanagedDevice.Find(refused) is { } found)
            {
                found.Port = _ports.Pass(Lease, found.Description);
                // Its port is free again when it is removed. Without an id QEMU reports no removal.
                _removals.Register(found, _ => Task.CompletedTask);
                Lease = await _ports.ReserveAsync(_owner, WaitLimit).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Nothing will be plugged in.</summary>
    public void GiveUp() => _ports.Release(Lease);
}
