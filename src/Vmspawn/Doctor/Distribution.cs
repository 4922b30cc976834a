using Vmspawn.Boot;

namespace Vmspawn.Doctor;

/// <summary>The host's distribution, which decides how to install a package.</summary>
/// <param name="Name">Its name in os-release(5).</param>
/// <param name="Family">The distribution whose packages it uses: an ID of os-release(5), or null when unknown.</param>
internal sealed record Distribution(string Name, string? Family)
{
    private static readonly string[] Families = ["debian", "ubuntu", "fedora", "rhel", "centos", "arch", "suse", "opensuse"];

    /// <summary>Parses /etc/os-release; null when there is no such file.</summary>
    public static Distribution Of(string? osRelease)
    {
        var fields = OsRelease.Parse(osRelease ?? "");
        var id = fields.GetValueOrDefault("ID", "linux");
        var ids = fields.GetValueOrDefault("ID_LIKE", "").Split(' ').Prepend(id);
        var name = fields.GetValueOrDefault("PRETTY_NAME") ?? fields.GetValueOrDefault("NAME") ?? id;
        return new Distribution(name, ids.FirstOrDefault(Families.Contains));
    }

    /// <summary>How to install a package on this distribution.</summary>
    public string Install(Package package) => Command(package) ?? $"install {package.Upstream}";

    private string? Command(Package package) => Family switch
    {
        "debian" or "ubuntu" => With("apt install", package.Debian),
        "fedora" or "rhel" or "centos" => With("dnf install", package.Fedora),
        "arch" => With("pacman -S", package.Arch),
        "suse" or "opensuse" => With("zypper install", package.Suse),
        _ => null,
    };

    private static string? With(string command, string? names) => names is null ? null : $"{command} {names}";
}

/// <summary>The names of a program's package in each distribution; several packages are separated by blanks.</summary>
/// <param name="Upstream">The name when the distribution is unknown.</param>
/// <param name="Debian">apt's name, also for Ubuntu; null when there is no package.</param>
/// <param name="Fedora">dnf's name, also for RHEL.</param>
/// <param name="Arch">pacman's name.</param>
/// <param name="Suse">zypper's name.</param>
internal sealed record Package(string Upstream, string? Debian, string? Fedora, string? Arch, string? Suse)
{
    public static Package QemuX86 { get; } = new("QEMU for x86_64", "qemu-system-x86", "qemu-kvm", "qemu-system-x86", "qemu-x86");

    public static Package QemuArm { get; } = new("QEMU for aarch64", "qemu-system-arm", "qemu-system-aarch64-core", "qemu-system-aarch64", "qemu-arm");

    public static Package QemuRiscV { get; } = new("QEMU for riscv64", "qemu-system-misc", "qemu-system-riscv-core", "qemu-system-riscv", "qemu-extra");

    public static Package FirmwareX86 { get; } = new("EDK II firmware (OVMF)", "ovmf", "edk2-ovmf", "edk2-ovmf", "qemu-ovmf-x86_64");

    public static Package FirmwareArm { get; } = new("EDK II firmware (AAVMF)", "qemu-efi-aarch64", "edk2-aarch64", "edk2-aarch64", "qemu-uefi-aarch64");

    public static Package FirmwareRiscV { get; } = new("EDK II firmware (RiscVVirt)", "qemu-efi-riscv64", "edk2-riscv64", "edk2-riscv64", "qemu-uefi-riscv64");

    public static Package Swtpm { get; } = new("swtpm", "swtpm swtpm-tools", "swtpm swtpm-tools", "swtpm", "swtpm");

    public static Package Passt { get; } = new("passt", "passt", "passt", "passt", "passt");

    public static Package Virtiofsd { get; } = new("virtiofsd", "virtiofsd", "virtiofsd", "virtiofsd", "virtiofsd");

    public static Package VhostDeviceVsock { get; } = new("vhost-device-vsock", "vhost-device-vsock", "vhost-device-vsock", null, null);

    public static Package Ssh { get; } = new("OpenSSH's client", "openssh-client", "openssh-clients", "openssh", "openssh-clients");

    public static Package Machined { get; } = new("systemd-machined", "systemd-container", "systemd-container", "systemd", "systemd-container");

    public static Package JournalRemote { get; } =
        new("systemd-journal-remote", "systemd-journal-remote", "systemd-journal-remote", "systemd", "systemd-journal-remote");
}
