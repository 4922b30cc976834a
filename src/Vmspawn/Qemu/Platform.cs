using System.Runtime.InteropServices;
using Vmspawn.Pcie;

namespace Vmspawn.Qemu;

/// <summary>The machine type and its parameters for guests of one architecture.</summary>
internal sealed record Platform
{
    private static readonly QemuVersion RiscVSmbios = new(9, 0, 0);
    private static readonly QemuVersion RiscVMax = new(8, 2, 0);

    private Platform(Architecture architecture) => Architecture = architecture;

    public Architecture Architecture { get; }

    /// <summary>QEMU's name of the architecture, as in its binary's name and in firmware descriptors.</summary>
    public required string Name { get; init; }

    /// <summary>The machine type and its reserved root bus addresses.</summary>
    public required PcieMachine Board { get; init; }

    /// <summary>Linux's name of the board's UART.</summary>
    public required string SerialConsole { get; init; }

    /// <summary>QEMU's graphics cards that firmware and Linux can draw on, the better first.</summary>
    public required IReadOnlyList<string> GraphicsCards { get; init => field = ValueList.Of(value); }

    /// <summary>COMMAND_LINE_SIZE of Linux, including the NUL (arch/*/include/asm/setup.h).</summary>
    public required int CommandLineSize { get; init; }

    /// <summary>Interrupt vectors that Linux can allocate on one CPU; null when there is no such limit.</summary>
    public int? VectorsPerCpu { get; init; }

    /// <summary>The Debian package of its QEMU.</summary>
    public required string Package { get; init; }

    /// <summary>The ICH9 PC.</summary>
    public static Platform X86 { get; } = new(Architecture.X64)
    {
        Name = "x86_64",
        Board = PcieMachine.Q35,
        SerialConsole = "ttyS0",
        GraphicsCards = ["virtio-vga", "VGA"],
        CommandLineSize = 2048,
        // 256 minus exceptions and system vectors, as measured in a guest.
        VectorsPerCpu = 199,
        Package = "qemu-system-x86",
    };

    public static Platform Arm64 { get; } = new(Architecture.Arm64)
    {
        Name = "aarch64",
        Board = PcieMachine.Virt,
        SerialConsole = "ttyAMA0",
        GraphicsCards = ["virtio-gpu-pci"],
        CommandLineSize = 2048,
        Package = "qemu-system-arm",
    };

    public static Platform RiscV64 { get; } = new(Architecture.RiscV64)
    {
        Name = "riscv64",
        Board = PcieMachine.Virt,
        SerialConsole = "ttyS0",
        GraphicsCards = ["virtio-gpu-pci"],
        CommandLineSize = 1024,
        Package = "qemu-system-riscv (in Debian 12 qemu-system-misc)",
    };

    /// <summary>The machine for an architecture; null for an unsupported one.</summary>
    public static Platform? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => X86,
        Architecture.Arm64 => Arm64,
        Architecture.RiscV64 => RiscV64,
        _ => null,
    };

    /// <summary>Whether QEMU supports <c>-smbios</c> for it.</summary>
    public bool TakesSmbios(QemuVersion version) => this != RiscV64 || version >= RiscVSmbios;

    /// <summary>Whether the guest finds SMBIOS strings without UEFI, when the kernel is booted directly.</summary>
    public bool HasSmbiosWithoutUefi => this == X86;

    /// <summary>The CPU model with all features: the host's CPU with KVM, everything that can be emulated otherwise.</summary>
    /// <remarks>
    /// On arm64 pointer authentication uses QEMU's own algorithm instead of the architected one, whose emulation
    /// slows a guest down by half (QEMU docs/system/arm/cpu-features.rst). riscv64 has no <c>max</c> before 8.2.
    /// </remarks>
    public string CpuModel(string accelerator, QemuVersion version)
    {
        if (accelerator == "kvm")
            return "host";
        if (this == Arm64)
            return "max,pauth-impdef=on";
        return this == RiscV64 && version < RiscVMax ? "rv64" : "max";
    }
}
