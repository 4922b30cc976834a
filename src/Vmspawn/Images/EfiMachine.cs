using System.Globalization;
using System.Runtime.InteropServices;

namespace Vmspawn.Images;

/// <summary>UEFI's names of architectures, as in <c>BOOTX64.EFI</c>.</summary>
internal static class EfiMachine
{
    /// <summary>The name of an architecture, in lower case.</summary>
    public static string Name(Architecture architecture) => architecture switch
    {
        Architecture.X64 => "x64",
        Architecture.Arm64 => "aa64",
        Architecture.RiscV64 => "riscv64",
        Architecture.X86 => "ia32",
        _ => architecture.ToString().ToLowerInvariant(),
    };

    /// <summary>The architecture of a PE machine number; null for an unsupported one.</summary>
    public static Architecture? Processor(ushort machine) => machine switch
    {
        0x8664 => Architecture.X64,
        0xaa64 => Architecture.Arm64,
        0x5064 => Architecture.RiscV64,
        _ => null,
    };

    /// <summary>The name for a PE machine number; the number itself for an unsupported one.</summary>
    public static string Name(ushort machine) => machine switch
    {
        0x8664 => "x64",
        0xaa64 => "aa64",
        0x5064 => "riscv64",
        0x014c => "ia32",
        _ => machine.ToString("x4", CultureInfo.InvariantCulture),
    };
}
