using Vmspawn.Firmware;
using Vmspawn.Qemu;

namespace Vmspawn.Resolve;

/// <summary>The machine that guests get.</summary>
internal static class Platform
{
    private const string Architecture = "x86_64";
    private const string Machine = "q35";

    /// <summary>As firmware descriptors name it.</summary>
    public static FirmwarePlatform Firmware(QemuFacts? qemu) => new(Architecture, qemu?.MachineNames(Machine) ?? [Machine]);
}
