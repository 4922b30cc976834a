namespace Vmspawn.Pcie;

/// <summary>The effect of a device in the user's arguments on the tree of buses.</summary>
public enum UserDeviceKind
{
    /// <summary>No bus behind it.</summary>
    Endpoint,

    /// <summary>A PCI Express root port: a bus with one device number behind it.</summary>
    RootPort,

    /// <summary>A switch's upstream port: a bus of downstream ports behind it.</summary>
    UpstreamPort,

    /// <summary>A switch's downstream port: a bus with one device number behind it.</summary>
    DownstreamPort,

    /// <summary>A bridge to conventional PCI: a bus with device numbers 1…31 behind it.</summary>
    Bridge,

    /// <summary>An expander bridge with a further root bus: addresses behind it are unknown, because the firmware does not choose its number.</summary>
    Expander,
}

/// <summary>A PCI device in the user's QEMU arguments.</summary>
/// <param name="Index">The index of the argument; unique, returned in <see cref="PlacedDevice.UserIndex"/>.</param>
/// <param name="Driver">QEMU device driver.</param>
public sealed record UserDevice(int Index, string Driver)
{
    /// <summary>QEMU id; also the name of the bus behind a port or bridge.</summary>
    public string? Id { get; init; }

    /// <summary>QEMU's <c>bus=</c>; null is the root bus, as is <c>pcie.0</c>.</summary>
    public string? Bus { get; init; }

    /// <summary>QEMU's <c>addr=</c>, if given.</summary>
    public RootAddress? Address { get; init; }

    /// <summary>QEMU's <c>multifunction=</c>, if given.</summary>
    public bool? Multifunction { get; init; }

    /// <summary>The kind of bus behind it; by default derived from its driver.</summary>
    public UserDeviceKind Kind { get; init; } = KindOf(Driver);

    /// <summary>QEMU's <c>chassis=</c> of a port, if given; QEMU's default is 0.</summary>
    public int? Chassis { get; init; }

    /// <summary>QEMU's <c>slot=</c> of a port, if given; QEMU's default is 0.</summary>
    public int? Slot { get; init; }

    /// <summary>QEMU's <c>bus-reserve=</c> of a root port: bus numbers that the firmware leaves unused after it.</summary>
    public int BusReserve { get; init; }

    /// <summary>The kind of QEMU's drivers that carry a bus; any other driver is an endpoint.</summary>
    /// <param name="driver">QEMU device driver.</param>
    public static UserDeviceKind KindOf(string driver) => driver switch
    {
        "pcie-root-port" or "ioh3420" or "cxl-rp" => UserDeviceKind.RootPort,
        "x3130-upstream" or "cxl-upstream" => UserDeviceKind.UpstreamPort,
        "xio3130-downstream" or "cxl-downstream" => UserDeviceKind.DownstreamPort,
        "pci-bridge" or "pcie-pci-bridge" or "i82801b11-bridge" => UserDeviceKind.Bridge,
        "pxb-pcie" or "pxb-cxl" or "pxb" => UserDeviceKind.Expander,
        _ => UserDeviceKind.Endpoint,
    };

    /// <summary>Whether a bus of the same domain is behind it, which takes a bus number.</summary>
    internal bool IsBridge => Kind is not (UserDeviceKind.Endpoint or UserDeviceKind.Expander);

    /// <summary>Whether exactly one device number is behind it.</summary>
    internal bool IsPort => Kind is UserDeviceKind.RootPort or UserDeviceKind.DownstreamPort;

    /// <summary>Whether it is on the root bus.</summary>
    internal bool OnRoot => Bus is null or PcieTopology.RootBus;

    /// <summary>Its name in messages.</summary>
    internal string Label => Id is null ? $"device {Index} ({Driver})" : $"device '{Id}' ({Driver})";
}
