using System.Runtime.InteropServices;
using Vmspawn.Pcie;

namespace Vmspawn.Qemu;

/// <summary>The machine that guests of one architecture get.</summary>
internal sealed record Platform
{
    private static readonly QemuVersion RiscVSmbios = new(9, 0, 0);
    private static readonly QemuVersion RiscVMax = new(8, 2, 0);

    private Platform(Architecture architecture) => Architecture = architecture;

    public Architecture Architecture { get; }

    /// <summary>QEMU's name of the architecture: that of its binary, and the one in firmware descriptors.</summary>
    public required string Name { get; init; }

    /// <summary>The machine type and what it keeps of its root bus.</summary>
    public required PcieMachine Board { get; init; }

    /// <summary>Linux's name of the board's UART.</summary>
    public required string SerialConsole { get; init; }

    /// <summary>COMMAND_LINE_SIZE of Linux, its closing NUL included (arch/*/include/asm/setup.h).</summary>
    public required int CommandLineSize { get; init; }

    /// <summary>Interrupt vectors that Linux hands out on one CPU; null where they do not run out.</summary>
    public int? VectorsPerCpu { get; init; }

    /// <summary>The Debian package of its QEMU.</summary>
    public required string Package { get; init; }

    /// <summary>The ICH9 PC.</summary>
    public static Platform X86 { get; } = new(Architecture.X64)
    {
        Name = "x86_64",
        Board = PcieMachine.Q35,
        SerialConsole = "ttyS0",
        CommandLineSize = 2048,
        // 256 less the exceptions and its own, as counted in a guest.
        VectorsPerCpu = 199,
        Package = "qemu-system-x86",
    };

    public static Platform Arm64 { get; } = new(Architecture.Arm64)
    {
        Name = "aarch64",
        Board = PcieMachine.Virt,
        SerialConsole = "ttyAMA0",
        CommandLineSize = 2048,
        Package = "qemu-system-arm",
    };

    public static Platform RiscV64 { get; } = new(Architecture.RiscV64)
    {
        Name = "riscv64",
        Board = PcieMachine.Virt,
        SerialConsole = "ttyS0",
        CommandLineSize = 1024,
        Package = "qemu-system-riscv (in Debian 12 qemu-system-misc)",
    };

    /// <summary>The machine for an architecture; null for one that we have none for.</summary>
    public static Platform? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => X86,
        Architecture.Arm64 => Arm64,
        Architecture.RiscV64 => RiscV64,
        _ => null,
    };

    /// <summary>Whether QEMU takes <c>-smbios</c> for it.</summary>
    public bool TakesSmbios(QemuVersion version) => this != RiscV64 || version >= RiscVSmbios;

    /// <summary>Whether the guest finds SMBIOS strings also when nothing but its kernel is started: elsewhere UEFI hands them over.</summary>
    public bool HasSmbiosWithoutUefi => this == X86;

    /// <summary>All that the accelerator can give: the host's own CPU, or everything that is emulated.</summary>
    /// <remarks>
    /// Pointer authentication of arm64 by QEMU's own function rather than the architected one, whose emulation
    /// makes a guest slower by half (QEMU docs/system/arm/cpu-features.rst). riscv64 has no <c>max</c> before 8.2.
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
