using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Qemu;
using Vmspawn.Shares;

namespace Vmspawn.Doctor;

/// <summary>A QEMU that was looked for.</summary>
/// <param name="Platform">The guests it is for.</param>
/// <param name="Facts">What it is, or null when there is none that will do.</param>
/// <param name="Problem">Why not.</param>
/// <param name="Firmware">The UEFI firmware that its guests start with, or null.</param>
/// <param name="SecureFirmware">The firmware they start with when Secure Boot is asked for, or null.</param>
internal sealed record ExaminedQemu(
    Platform Platform, QemuFacts? Facts, Problem? Problem, FirmwareDescriptor? Firmware, FirmwareDescriptor? SecureFirmware);

/// <summary>All that a diagnosis depends on, as it was observed.</summary>
internal sealed record HostExamination
{
    public required Distribution Distribution { get; init; }

    /// <summary>Linux's release, such as <c>6.1.0-18-amd64</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>Who would start machines.</summary>
    public required string User { get; init; }

    /// <summary>The host, or null when there is no place for runtime files.</summary>
    public required HostFacts? Host { get; init; }

    /// <summary>Why there is no host.</summary>
    public Problem? HostProblem { get; init; }

    /// <summary>The QEMU for the host's own architecture first.</summary>
    public required IReadOnlyList<ExaminedQemu> Qemus { get; init; }

    /// <summary>Whether guests run on KVM; null when there was no QEMU to try it with.</summary>
    public KvmFacts? Kvm { get; init; }

    /// <summary>What the host has of confidential guests.</summary>
    public ConfidentialHost Confidential { get; init; } = ConfidentialHost.None;

    public required DeviceAccess KvmDevice { get; init; }

    public required DeviceAccess TunDevice { get; init; }

    public required DeviceAccess VsockDevice { get; init; }

    /// <summary>kernel.io_uring_disabled, or null on kernels without it.</summary>
    public string? IoUringDisabled { get; init; }

    /// <summary>How much memory we may lock, as Linux says it; null when it does not.</summary>
    public string? LockedMemory { get; init; }

    /// <summary>Programs that were found, by name.</summary>
    public required IReadOnlyDictionary<string, string> Programs { get; init; }

    /// <summary>Why passt does not run although it is installed; null when it runs, and when there is none.</summary>
    public string? PasstFailure { get; init; }

    /// <summary>What there is to share directories with.</summary>
    public required VirtiofsdFacts Virtiofsd { get; init; }

    /// <summary>systemd is this host's first process (sd_booted(3)).</summary>
    public required bool RunsSystemd { get; init; }

    /// <summary>The socket where systemd-machined is asked, or null.</summary>
    public string? Machined { get; init; }

    /// <summary>Names of the storage providers.</summary>
    public IReadOnlyList<string> StorageProviders { get; init; } = [];

    /// <summary>The QEMU for the host's own architecture.</summary>
    public ExaminedQemu Native => Qemus[0];

    /// <summary>A program's path, or null.</summary>
    public string? Program(string name) => Programs.GetValueOrDefault(name);
}
