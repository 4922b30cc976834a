using Vmspawn.Linux;
using Vmspawn.Qemu;

namespace Vmspawn.Firmware;

/// <summary>A checked firmware descriptor, from a file or made for a well-known place.</summary>
internal sealed record FirmwareDescriptor
{
    /// <summary>The interface that machines are started with.</summary>
    public const string Uefi = "uefi";

    /// <summary>Path of the descriptor's file; of the firmware itself when there is no descriptor file.</summary>
    public required string Origin { get; init; }

    /// <summary>A description for users.</summary>
    public required string Description { get; init; }

    /// <summary>Interfaces such as <c>uefi</c>.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    public required FirmwareMapping Mapping { get; init; }

    public required IReadOnlyList<FirmwareTarget> Targets { get; init; }

    /// <summary>Features such as <c>secure-boot</c>, including unknown ones.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The descriptor's JSON text.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Whether it is for machines of this platform.</summary>
    public bool Starts(FirmwarePlatform platform) => Targets.Any(target => target.Includes(platform));
}

/// <summary>The machine types of one architecture that firmware is for.</summary>
/// <param name="Architecture">QEMU's name for it.</param>
/// <param name="Machines">Machine types, as patterns of glob(7).</param>
internal sealed record FirmwareTarget(string Architecture, IReadOnlyList<string> Machines)
{
    public bool Includes(FirmwarePlatform platform) => Architecture == platform.Architecture
        && Machines.Any(pattern => platform.Machines.Any(machine => Glob.Matches(pattern, machine)));
}

/// <summary>The machine to find firmware for.</summary>
/// <param name="Architecture">QEMU's name for it: <c>x86_64</c>, <c>aarch64</c>, <c>riscv64</c>, <c>loongarch64</c>.</param>
/// <param name="Machines">Names of its machine type: the alias, such as <c>q35</c>, and its target.</param>
internal sealed record FirmwarePlatform(string Architecture, IReadOnlyList<string> Machines)
{
    /// <summary>Why it cannot start firmware in flash chips; null when it can.</summary>
    public string? WhyNoFlash { get; init; }

    private static readonly QemuVersion RiscVFlash = new(8, 1, 0);

    /// <summary>The platform of a QEMU binary; null for one that was not found.</summary>
    public static FirmwarePlatform Of(Platform platform, QemuFacts? qemu) => new(platform.Name, qemu?.MachineNames(platform.Board.Name) ?? [platform.Board.Name])
    {
        // An older QEMU has no properties for the board's flash chips, and starts their content instead of OpenSBI, which EDK II requires.
        WhyNoFlash = platform == Platform.RiscV64 && qemu?.Version < RiscVFlash ? $"it is for flash chips, and QEMU starts riscv64 by them since {RiscVFlash}, not yet in {qemu.Version}" : null,
    };
}
