using System.Text.Json;
using Vmspawn.Control.Storage;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Ports;

/// <summary>A port that is set aside until something is plugged into it, or the wish is given up.</summary>
internal sealed class PortReservation
{
    /// <summary>How long to wait for a port that something is just leaving.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PortPool _ports;
    private readonly Removals _removals;
    private readonly string _owner;
    private string? _reserved;

    private PortReservation(PortPool ports, Removals removals, string owner, string reserved)
    {
        _ports = ports;
        _removals = removals;
        _owner = owner;
        _reserved = reserved;
    }

    /// <param name="ports">Where from.</param>
    /// <param name="removals">Told of devices that are found in a port and known to nobody.</param>
    /// <param name="owner">For whom.</param>
    /// <exception cref="ControlException">None is free.</exception>
    public static async Task<PortReservation> MakeAsync(PortPool ports, Removals removals, string owner) =>
        new(ports, removals, owner, (await ports.ReserveAsync(owner, Patience)).Id);

    /// <summary>Plugs a device in, into the next port where a stranger sits in this one.</summary>
    /// <param name="add">Adds the device to the port of that id.</param>
    /// <exception cref="ControlException">No further port is free.</exception>
    /// <exception cref="QmpException">It does not work, and not for the port's sake; the reservation stands.</exception>
    public async Task PlugAsync(Func<string, Task> add)
    {
        while (_reserved is { } port)
        {
            try
            {
                await add(port);
                _reserved = null;
                _ports.Take(port);
            }
            catch (QmpCommandException refused) when (Stranger.Find(refused, port) is { } stranger)
            {
                _reserved = null;
                _ports.Found(port, stranger.What);
                // Its port is free again when it goes.
                _removals.Register(stranger, _ => Task.CompletedTask);
                _reserved = (await _ports.ReserveAsync(_owner, Patience)).Id;
            }
        }
    }

    /// <summary>
    /// The one place behind a root port. Left to choose, QEMU 7.2 puts a second device at device number 1, where no guest
    /// ever looks.
    /// </summary>
    public static void WriteAddress(Utf8JsonWriter device) => device.WriteString("addr"u8, "0"u8);

    /// <summary>Nothing will be plugged in.</summary>
    public void GiveUp()
    {
        if (_reserved is { } port)
            _ports.GiveUp(port);
        _reserved = null;
    }
}
