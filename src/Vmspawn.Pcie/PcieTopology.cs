namespace Vmspawn.Pcie;

/// <summary>A root port that vmspawn adds.</summary>
/// <param name="Id">QEMU id, also the name of the bus behind it.</param>
/// <param name="Address">Its address on the root bus.</param>
/// <param name="Chassis">QEMU's <c>chassis=</c>, 1…255.</param>
/// <param name="Slot">QEMU's <c>slot=</c>, 1…255, unique: the guest's physical slot number.</param>
/// <param name="Port">QEMU's <c>port=</c>, the link's port number, 0…255.</param>
/// <param name="Multifunction">Whether it needs <c>multifunction=on</c>: true for function 0.</param>
/// <param name="Spare">True for a hotplug port, empty or not.</param>
/// <param name="Owner">The use of the device behind it, or null when it is empty.</param>
/// <param name="Bus">The guest's number of the bus behind it, or null when unknown.</param>
public sealed record RootPort(
    string Id,
    RootAddress Address,
    int Chassis,
    int Slot,
    int Port,
    bool Multifunction,
    bool Spare,
    string? Owner,
    int? Bus)
{
    /// <summary>Its place on the root bus.</summary>
    public PciPlace Place => new(PcieTopology.RootBus, Address, Multifunction);
}

/// <summary>A device with its address.</summary>
/// <param name="Kind">Its origin.</param>
/// <param name="Id">QEMU id; null when the user gave none.</param>
/// <param name="Driver">QEMU device driver.</param>
/// <param name="Bus">QEMU's name of the bus: <c>pcie.0</c>, or the id of a port or bridge.</param>
/// <param name="Device">Device number on that bus.</param>
/// <param name="Function">Function of that device number.</param>
/// <param name="Multifunction">Whether this function needs <c>multifunction=on</c>: function 0 with siblings.</param>
/// <param name="Guest">Its address in the guest, or null when unknown.</param>
/// <param name="Owner">Its use.</param>
public sealed record PlacedDevice(
    DemandKind Kind,
    string? Id,
    string Driver,
    string Bus,
    int Device,
    int Function,
    bool Multifunction,
    PciAddress? Guest,
    string Owner)
{
    /// <summary><see cref="UserDevice.Index"/> of the user's device, null for vmspawn's.</summary>
    public int? UserIndex { get; init; }

    /// <summary>Whether to add <c>addr=</c> with <see cref="Address"/> to the user's argument.</summary>
    public bool AddAddress { get; init; }

    /// <summary>
    /// Whether to add <c>bus=</c> with <see cref="Bus"/> to the user's argument. Without it QEMU puts a device on an
    /// expander's bus if there is one.
    /// </summary>
    public bool AddBus { get; init; }

    /// <summary>Whether to add <c>multifunction=on</c> to the user's argument.</summary>
    public bool AddMultifunction { get; init; }

    /// <summary>Its address on its bus.</summary>
    public RootAddress Address => new(Device, Function);

    /// <summary>Its place.</summary>
    public PciPlace Place => new(Bus, Address, Multifunction);
}

/// <summary>Every function of the guest with its address.</summary>
/// <param name="Machine">The machine type's root bus.</param>
/// <param name="Layout">The layout used, never <see cref="PcieLayout.Auto"/>.</param>
/// <param name="Ports">vmspawn's root ports in ascending order of address.</param>
/// <param name="Devices">Integrated devices, boot devices in the order of their ports, then the user's.</param>
/// <param name="Elsewhere">The user's devices on unknown buses; not changed.</param>
/// <param name="Budget">The use of each resource.</param>
/// <param name="Note">Why the automatic choice packed devices, or null.</param>
public sealed record PcieTopology(
    PcieMachine Machine,
    PcieLayout Layout,
    IReadOnlyList<RootPort> Ports,
    IReadOnlyList<PlacedDevice> Devices,
    IReadOnlyList<UserDevice> Elsewhere,
    PcieBudget Budget,
    string? Note)
{
    /// <summary>QEMU's name of the root bus.</summary>
    public const string RootBus = "pcie.0";

    /// <summary>The prefix of the ids of boot ports; a number follows.</summary>
    public const string BootPortPrefix = "vmspawn-pcieport-";

    /// <summary>The prefix of the ids of hotplug ports; a number follows.</summary>
    public const string SparePortPrefix = "vmspawn-hotplug-pci-root-port-";

    /// <summary>vmspawn's root ports in ascending order of address.</summary>
    public IReadOnlyList<RootPort> Ports { get; init => field = ValueList<RootPort>.Of(value); } = ValueList<RootPort>.Of(Ports);

    /// <summary>Integrated devices, boot devices in the order of their ports, then the user's.</summary>
    public IReadOnlyList<PlacedDevice> Devices { get; init => field = ValueList<PlacedDevice>.Of(value); } = ValueList<PlacedDevice>.Of(Devices);

    /// <summary>The user's devices on unknown buses; not changed.</summary>
    public IReadOnlyList<UserDevice> Elsewhere { get; init => field = ValueList<UserDevice>.Of(value); } = ValueList<UserDevice>.Of(Elsewhere);

    /// <summary>Functions of the machine type; they are on the root bus, so that the address in the guest is the same.</summary>
    public IReadOnlyList<ReservedFunction> Reserved => Machine.Reserved;

    /// <summary>The port with this id, or null.</summary>
    /// <param name="id">A QEMU id.</param>
    public RootPort? FindPort(string id)
    {
        foreach (var port in Ports)
        {
            if (port.Id == id)
                return port;
        }

        return null;
    }

    /// <summary>The device with this id, vmspawn's or the user's, or null.</summary>
    /// <param name="id">A QEMU id.</param>
    public PlacedDevice? FindDevice(string id)
    {
        foreach (var device in Devices)
        {
            if (device.Id == id)
                return device;
        }

        return null;
    }
}
