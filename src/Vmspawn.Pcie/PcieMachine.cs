namespace Vmspawn.Pcie;

/// <summary>A function of <c>pcie.0</c> that the machine type occupies.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Name">Its name in messages and drawings.</param>
/// <param name="Multifunction">Whether function 0 of that device number allows further functions.</param>
public sealed record ReservedFunction(RootAddress Address, string Name, bool Multifunction);

/// <summary>The root bus of a machine type.</summary>
/// <param name="Name">QEMU's name of the machine type.</param>
/// <param name="Reserved">The functions that the machine type occupies.</param>
public sealed record PcieMachine(string Name, IReadOnlyList<ReservedFunction> Reserved)
{
    /// <summary>The functions that the machine type occupies.</summary>
    public IReadOnlyList<ReservedFunction> Reserved { get; init => field = ValueList<ReservedFunction>.Of(value); } =
        ValueList<ReservedFunction>.Of(Reserved);

    /// <summary>The PC with an ICH9 south bridge: device numbers 0x00 and 0x1f are taken, 30 are free.</summary>
    public static PcieMachine Q35 { get; } = new("q35",
    [
        new(new(0x00, 0), "host bridge", Multifunction: false),
        new(new(0x1f, 0), "ISA bridge", Multifunction: true),
        new(new(0x1f, 2), "AHCI controller", Multifunction: true),
        new(new(0x1f, 3), "SMBus", Multifunction: true),
    ]);

    /// <summary>The generic board of arm64 and riscv64: only 0x00 is taken, 31 are free.</summary>
    public static PcieMachine Virt { get; } = new("virt", [new(new(0x00, 0), "host bridge", Multifunction: false)]);

    /// <summary>Whether the machine type occupies a function of this device number.</summary>
    internal bool Reserves(int device)
    {
        foreach (var function in Reserved)
        {
            if (function.Address.Device == device)
                return true;
        }

        return false;
    }

    /// <summary>The number of free device numbers of the root bus before any device is added.</summary>
    internal int FreeDeviceNumbers
    {
        get
        {
            var free = 0;
            for (var device = 0; device < PcieLimits.DeviceNumbers; device++)
                free += Reserves(device) ? 0 : 1;
            return free;
        }
    }
}
