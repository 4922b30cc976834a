using Vmspawn.Doctor;
using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Qemu;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>Made-up hosts.</summary>
internal static class SomeHost
{
    private static readonly string[] AllPrograms =
        ["swtpm", "swtpm_setup", "swtpm_localca", "passt", "vhost-device-vsock", "ssh", "ssh-keygen", "systemd-journal-remote"];

    /// <summary>Nothing is missing.</summary>
    public static HostExamination Complete { get; } = new()
    {
        Distribution = Distribution.Of("ID=fedora\nPRETTY_NAME=\"Fedora Linux 44\""),
        Kernel = "7.0.1",
        User = "root",
        Host = new HostFacts(0, 8, 16L << 30, new RuntimeBase("/run/systemd/vmspawn", false), true, true, true, true, true),
        Qemus = [Qemu(Platform.X86, "11.1.0"), Qemu(Platform.Arm64, "11.1.0"), Qemu(Platform.RiscV64, "11.1.0")],
        Kvm = new KvmFacts(true, null),
        Confidential = new ConfidentialHost("Y", null, DeviceAccess.Open, 51, null),
        KvmDevice = DeviceAccess.Open,
        TunDevice = DeviceAccess.Open,
        VsockDevice = DeviceAccess.Open,
        IoUringDisabled = "0",
        LockedMemory = "unlimited",
        Programs = AllPrograms.ToDictionary(name => name, name => $"/usr/bin/{name}"),
        Virtiofsd = new VirtiofsdFacts(
            [new VirtiofsdProgram("/usr/libexec/virtiofsd", VirtiofsdKind.Rust, HasReadOnly: true, HasTranslation: true)], ["$PATH"], [], VirtiofsdSandbox.Namespace),
        RunsSystemd = true,
        Machined = "/run/systemd/machine/io.systemd.Machine",
        StorageProviders = ["block", "fs"],
    };

    /// <summary>A container of an ordinary user's: QEMU, and nothing else.</summary>
    public static HostExamination Bare { get; } = Complete with
    {
        Distribution = Distribution.Of("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\""),
        Kernel = "6.12.1",
        User = "alice",
        Host = new HostFacts(1000, 1, 2L << 30, new RuntimeBase("/tmp/vmspawn-1000", true), false, false, false),
        Qemus = [Qemu(Platform.X86, "10.0.2") with { Firmware = null, SecureFirmware = null }, Missing(Platform.Arm64), Missing(Platform.RiscV64)],
        Kvm = new KvmFacts(false, "/dev/kvm: permission denied; members of the group kvm may open it"),
        Confidential = ConfidentialHost.None,
        KvmDevice = DeviceAccess.Denied,
        TunDevice = DeviceAccess.Missing,
        VsockDevice = DeviceAccess.Missing,
        IoUringDisabled = "2",
        LockedMemory = "65536",
        Programs = new Dictionary<string, string>(),
        Virtiofsd = new VirtiofsdFacts(
            [new VirtiofsdProgram("/usr/lib/qemu/virtiofsd", VirtiofsdKind.C, HasReadOnly: false, HasTranslation: false)], ["$PATH"], [], VirtiofsdSandbox.None),
        RunsSystemd = false,
        Machined = null,
        StorageProviders = [],
    };

    /// <summary>Without QEMU nothing starts.</summary>
    public static HostExamination WithoutQemu { get; } = Complete with
    {
        Qemus = [Missing(Platform.X86), Missing(Platform.Arm64), Missing(Platform.RiscV64)],
        Kvm = null,
    };

    private static ExaminedQemu Missing(Platform platform) =>
        new(platform, null, new Problem("qemu-missing", "QEMU", $"there is no qemu-system-{platform.Name} in $PATH", "install it"), null, null);

    private static ExaminedQemu Qemu(Platform platform, string version)
    {
        var numbers = version.Split('.').Select(int.Parse).ToArray();
        var facts = new QemuFacts
        {
            Path = $"/usr/bin/qemu-system-{platform.Name}",
            Version = new QemuVersion(numbers[0], numbers[1], numbers[2]),
            Drivers = new Dictionary<string, string>(),
            Machines = new HashSet<string>(),
            Accelerators = new HashSet<string>(),
            Objects = new HashSet<string> { "sev-snp-guest" },
            HasSandbox = true,
            HasIoUring = true,
        };
        return new ExaminedQemu(platform, facts, null, Firmware("50-edk2.json"), Firmware("40-edk2-secure.json"));
    }

    private static FirmwareDescriptor Firmware(string name) => new()
    {
        Origin = $"/usr/share/qemu/firmware/{name}",
        Description = "made up",
        Interfaces = [FirmwareDescriptor.Uefi],
        Mapping = new UnsupportedMapping("none"),
        Targets = [],
        Features = [],
        Json = default,
    };
}
