namespace Vmspawn.Pcie;

/// <summary>What PCI Express, QEMU and the planner's own rules allow.</summary>
public static class PcieLimits
{
    /// <summary>Device numbers of a bus (PCI Local Bus Specification 3.0, 3.2.2.3.2).</summary>
    public const int DeviceNumbers = 32;

    /// <summary>Functions of a device number.</summary>
    public const int Functions = 8;

    /// <summary>Bus numbers of a PCI domain, the root bus included.</summary>
    public const int Buses = 256;

    /// <summary>Root ports of ours: eight on each device number from 0x07 to 0x1e.</summary>
    public const int RootPorts = (LastPortDevice - LowestPortDevice + 1) * Functions;

    /// <summary>Where the run of root ports begins as long as it is short enough.</summary>
    public const int UsualPortDevice = 0x10;

    /// <summary>How far down the run of root ports may begin.</summary>
    public const int LowestPortDevice = 0x07;

    /// <summary>The last device number of the run of root ports: q35 keeps 0x1f for itself.</summary>
    public const int LastPortDevice = 0x1e;
}
