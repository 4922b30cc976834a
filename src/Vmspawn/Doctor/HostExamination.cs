using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Qemu;
using Vmspawn.Shares;

namespace Vmspawn.Doctor;

/// <summary>The result of looking for one platform's QEMU.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Facts">The binary's facts, or null when none is usable.</param>
/// <param name="Problem">Why none is usable.</param>
/// <param name="Firmware">The UEFI firmware for its guests, or null.</param>
/// <param name="SecureFirmware">The firmware for guests with Secure Boot, or null.</param>
internal sealed record ExaminedQemu(
    Platform Platform, QemuFacts? Facts, Problem? Problem, FirmwareDescriptor? Firmware, FirmwareDescriptor? SecureFirmware);

/// <summary>The observed state of the host: the complete input of a diagnosis.</summary>
internal sealed record HostExamination
{
    public required Distribution Distribution { get; init; }

    /// <summary>Linux's release, such as <c>6.1.0-18-amd64</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>The user who would start machines.</summary>
    public required string User { get; init; }

    /// <summary>The host's facts, or null when there is no directory for runtime files.</summary>
    public required HostFacts? Host { get; init; }

    /// <summary>Why <see cref="Host"/> is null.</summary>
    public Problem? HostProblem { get; init; }

    /// <summary>The QEMU for the host's own architecture first.</summary>
    public required IReadOnlyList<ExaminedQemu> Qemus { get; init; }

    /// <summary>Whether guests run on KVM; null when there was no QEMU for the trial.</summary>
    public KvmFacts? Kvm { get; init; }

    /// <summary>The host's support for confidential guests.</summary>
    public ConfidentialHost Confidential { get; init; } = ConfidentialHost.None;

    public required DeviceAccess KvmDevice { get; init; }

    public required DeviceAccess TunDevice { get; init; }

    public required DeviceAccess VsockDevice { get; init; }

    /// <summary>kernel.io_uring_disabled, or null on kernels without it.</summary>
    public string? IoUringDisabled { get; init; }

    /// <summary>The limit for locked memory as Linux prints it; null when unknown.</summary>
    public string? LockedMemory { get; init; }

    /// <summary>The paths of the programs found, by name.</summary>
    public required IReadOnlyDictionary<string, string> Programs { get; init; }

    /// <summary>Why passt is installed but does not run; null when it runs or is missing.</summary>
    public string? PasstFailure { get; init; }

    /// <summary>The programs for sharing directories.</summary>
    public required VirtiofsdFacts Virtiofsd { get; init; }

    /// <summary>Whether the host was booted with systemd (sd_booted(3)).</summary>
    public required bool RunsSystemd { get; init; }

    /// <summary>The socket of systemd-machined, or null.</summary>
    public string? Machined { get; init; }

    /// <summary>Names of the storage providers.</summary>
    public IReadOnlyList<string> StorageProviders { get; init; } = [];

    /// <summary>The QEMU for the host's own architecture.</summary>
    public ExaminedQemu Native => Qemus[0];

    /// <summary>A program's path, or null.</summary>
    public string? Program(string name) => Programs.GetValueOrDefault(name);
}
