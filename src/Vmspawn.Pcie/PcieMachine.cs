namespace Vmspawn.Pcie;

/// <summary>A function of <c>pcie.0</c> that the machine type itself occupies.</summary>
/// <param name="Address">Its place.</param>
/// <param name="Name">What sits there, for messages and drawings.</param>
/// <param name="Multifunction">Whether function 0 of that device number lets siblings be added.</param>
public sealed record ReservedFunction(RootAddress Address, string Name, bool Multifunction);

/// <summary>What a machine type leaves of its root bus.</summary>
/// <param name="Name">QEMU's name of the machine type.</param>
/// <param name="Reserved">The functions that are gone before any device is added.</param>
public sealed record PcieMachine(string Name, IReadOnlyList<ReservedFunction> Reserved)
{
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

    /// <summary>True when the machine type itself occupies a function of this device number.</summary>
    internal bool Reserves(int device)
    {
        foreach (var function in Reserved)
        {
            if (function.Address.Device == device)
                return true;
        }

        return false;
    }

    /// <summary>How many device numbers of the root bus are free before any device is added.</summary>
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
