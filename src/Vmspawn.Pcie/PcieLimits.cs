namespace Vmspawn.Pcie;

/// <summary>The limits of PCI Express, QEMU and the planner.</summary>
public static class PcieLimits
{
    /// <summary>Device numbers of a bus (PCI Local Bus Specification 3.0, 3.2.2.3.2).</summary>
    public const int DeviceNumbers = 32;

    /// <summary>Functions of a device number.</summary>
    public const int Functions = 8;

    /// <summary>Bus numbers of a PCI domain, the root bus included.</summary>
    public const int Buses = 256;

    /// <summary>vmspawn's root ports: eight on each device number from 0x07 to 0x1e.</summary>
    public const int RootPorts = (LastPortDevice - LowestPortDevice + 1) * Functions;

    /// <summary>The first device number of the root ports if they fit.</summary>
    public const int UsualPortDevice = 0x10;

    /// <summary>The lowest first device number of the root ports.</summary>
    public const int LowestPortDevice = 0x07;

    /// <summary>The last device number of the root ports: q35 reserves 0x1f.</summary>
    public const int LastPortDevice = 0x1e;
}
