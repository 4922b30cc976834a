using Vmspawn.Linux;
using Vmspawn.Qemu;

namespace Vmspawn.Firmware;

/// <summary>Firmware, as a descriptor or a well-known place has it, checked.</summary>
internal sealed record FirmwareDescriptor
{
    /// <summary>The interface that we start machines with.</summary>
    public const string Uefi = "uefi";

    /// <summary>Path of the descriptor's file; of the firmware itself when no descriptor was installed.</summary>
    public required string Origin { get; init; }

    /// <summary>For people.</summary>
    public required string Description { get; init; }

    /// <summary>Such as <c>uefi</c>.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    public required FirmwareMapping Mapping { get; init; }

    public required IReadOnlyList<FirmwareTarget> Targets { get; init; }

    /// <summary>Such as <c>secure-boot</c>; unknown ones included.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The JSON text that says all this.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Whether it starts such a machine.</summary>
    public bool Starts(FirmwarePlatform platform) => Targets.Any(target => target.Includes(platform));
}

/// <summary>Machines of one architecture.</summary>
/// <param name="Architecture">QEMU's name for it.</param>
/// <param name="Machines">Machine types, as patterns of glob(7).</param>
internal sealed record FirmwareTarget(string Architecture, IReadOnlyList<string> Machines)
{
    public bool Includes(FirmwarePlatform platform) => Architecture == platform.Architecture
        && Machines.Any(pattern => platform.Machines.Any(machine => Glob.Matches(pattern, machine)));
}

/// <summary>The machine that firmware is wanted for.</summary>
/// <param name="Architecture">QEMU's name for it: <c>x86_64</c>, <c>aarch64</c>, <c>riscv64</c>, <c>loongarch64</c>.</param>
/// <param name="Machines">Names of its machine type: the alias, such as <c>q35</c>, and what that stands for.</param>
internal sealed record FirmwarePlatform(string Architecture, IReadOnlyList<string> Machines)
{
    /// <summary>Why it cannot start with what is in flash chips; null when it can.</summary>
    public string? WhyNoFlash { get; init; }

    private static readonly QemuVersion RiscVFlash = new(8, 1, 0);

    /// <summary>The platform of a QEMU binary; null for one that was not found.</summary>
    public static FirmwarePlatform Of(Platform platform, QemuFacts? qemu) => new(platform.Name, qemu?.MachineNames(platform.Board.Name) ?? [platform.Board.Name])
    {
        // An older QEMU has no name for the board's flash chips, and starts what is in them instead of OpenSBI, which EDK II needs below it.
        WhyNoFlash = platform == Platform.RiscV64 && qemu?.Version < RiscVFlash ? $"it is for flash chips, and QEMU starts riscv64 by them since {RiscVFlash}, not yet in {qemu.Version}" : null,
    };
}
