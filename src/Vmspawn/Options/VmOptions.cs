using System.Runtime.InteropServices;
using Vmspawn.Pcie;

namespace Vmspawn.Options;

/// <summary>What the user asked for, typed but not yet compared with the world: the result of the parse stage.</summary>
/// <remarks>Names, defaults and rules are those of systemd-vmspawn(1) where it has the option.</remarks>
public sealed record VmOptions
{
    /// <summary><c>-q</c>: print nothing of ours but errors.</summary>
    public bool Quiet { get; init; }

    /// <summary><c>--system</c>, <c>--user</c>: whose runtime directory is used; decided by our uid when neither is given.</summary>
    public RuntimeScope Scope { get; init; } = RuntimeScope.Auto;

    /// <summary><c>-M</c>: the machine's name, a valid host name; null derives it from the image.</summary>
    public string? Machine { get; init; }

    /// <summary><c>--uuid=</c>: the SMBIOS system UUID, never all zero.</summary>
    public Guid? Uuid { get; init; }

    /// <summary><c>-i</c>: path of the root disk, a regular file or a block device.</summary>
    public string? Image { get; init; }

    /// <summary><c>-D</c>: the tree of an operating system to boot from, instead of <see cref="Image"/>.</summary>
    public string? Directory { get; init; }

    /// <summary><c>--template=</c>: the image that the root disk is a copy-on-write child of; the child is made when it is not there.</summary>
    public TemplateImage? Template { get; init; }

    /// <summary><c>--image-format=</c>.</summary>
    public ImageFormat ImageFormat { get; init; } = ImageFormat.Raw;

    /// <summary><c>--image-disk-type=</c>: of the root disk, and of extra drives that do not say.</summary>
    public DiskType ImageDiskType { get; init; } = DiskType.VirtioBlk;

    /// <summary><c>-x</c>: nothing is written back to any image.</summary>
    public bool Ephemeral { get; init; }

    /// <summary><c>--discard-disk=</c>: discards of the guest punch holes in the image.</summary>
    public bool DiscardDisk { get; init; } = true;

    /// <summary><c>-G</c>: grow the raw image to this many bytes first; null leaves it alone.</summary>
    public long? GrowImage { get; init; }

    /// <summary><c>--extra-drive=</c>, in the order given.</summary>
    public IReadOnlyList<ExtraDrive> ExtraDrives { get; init; } = [];

    /// <summary><c>--bind-volume=</c>, in the order given.</summary>
    public IReadOnlyList<VolumeRequest> Volumes { get; init; } = [];

    /// <summary><c>--linux=</c>: the kernel to boot directly.</summary>
    public string? Linux { get; init; }

    /// <summary>A kernel by its bytes, for a program that brings its own guest; instead of <see cref="Linux"/>.</summary>
    public ReadOnlyMemory<byte> LinuxContent { get; init; }

    /// <summary><c>--boot-entry=</c>: id of an entry on the image's boot partitions whose kernel is started directly, or <c>auto</c> for the best.</summary>
    public string? BootEntry { get; init; }

    /// <summary><c>--initrd=</c>, in the order given; they are concatenated.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary><c>--firmware=</c>.</summary>
    public FirmwareKind Firmware { get; init; } = FirmwareKind.Auto;

    /// <summary><c>--firmware=PATH</c>: the firmware descriptor to use; null chooses one. Only with <see cref="FirmwareKind.Uefi"/>.</summary>
    public string? FirmwareDescriptor { get; init; }

    /// <summary><c>--firmware-features=</c> and <c>--secure-boot=</c>: what the chosen UEFI firmware must have and must not have.</summary>
    public FirmwareFeatures FirmwareFeatures { get; init; } = FirmwareFeatures.Default;

    /// <summary><c>--efi-nvram-template=</c>: what EFI variables start from; null takes the firmware's own template.</summary>
    public string? EfiNvramTemplate { get; init; }

    /// <summary><c>--efi-nvram-state=</c>: where EFI variables are kept.</summary>
    public StatePlace EfiNvramState { get; init; } = StatePlace.Auto;

    /// <summary><c>--coco=</c>: whether the host is kept from reading the guest.</summary>
    public ConfidentialGuest Confidential { get; init; }

    /// <summary><c>--arch=</c>: the guest's processor; null for the host's.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary><c>--cpus=</c>.</summary>
    public CpuTopology Cpus { get; init; } = CpuTopology.One;

    /// <summary><c>--ram=</c>.</summary>
    public RamSize Ram { get; init; } = RamSize.Default;

    /// <summary><c>--kvm=</c>.</summary>
    public Tristate Kvm { get; init; } = Tristate.Auto;

    /// <summary><c>--tpm=</c>.</summary>
    public Tristate Tpm { get; init; } = Tristate.Auto;

    /// <summary><c>--tpm-state=</c>.</summary>
    public StatePlace TpmState { get; init; } = StatePlace.Auto;

    /// <summary><c>--vsock=</c>, <c>--vsock-cid=</c>.</summary>
    public VsockRequest Vsock { get; init; } = VsockRequest.Default;

    /// <summary><c>--pass-ssh-key=</c>, <c>--ssh-key-type=</c>.</summary>
    public SshKeyRequest SshKey { get; init; } = SshKeyRequest.Default;

    /// <summary><c>--forward-journal=</c> and its limits.</summary>
    public JournalRequest Journal { get; init; } = JournalRequest.None;

    /// <summary><c>--notify-ready=</c>: our service manager hears that we are ready when the guest says that it is, instead of at once.</summary>
    public bool NotifyReady { get; init; } = true;

    /// <summary><c>-s</c>: strings of SMBIOS type 11.</summary>
    public IReadOnlyList<string> Smbios11 { get; init; } = [];

    /// <summary><c>--set-credential=</c> and <c>--load-credential=</c>; a later one of the same name replaces an earlier one.</summary>
    public IReadOnlyList<CredentialSource> Credentials { get; init; } = [];

    /// <summary><c>--cloud-init</c>: a seed disk for cloud-init, or null for none.</summary>
    public CloudInitRequest? CloudInit { get; init; }

    /// <summary><c>--register=</c>, <c>--keep-unit</c>, <c>--slice=</c>, <c>--property=</c>.</summary>
    public RegistrationRequest Registration { get; init; } = new();

    /// <summary><c>--console=</c>.</summary>
    public ConsoleMode Console { get; init; } = ConsoleMode.Interactive;

    /// <summary><c>--console-transport=</c>.</summary>
    public ConsoleTransport ConsoleTransport { get; init; } = ConsoleTransport.Virtio;

    /// <summary><c>--background=</c>: an SGR colour such as <c>44</c> or <c>48;2;0;20;0</c>; empty for none, null for the default tint.</summary>
    public string? Background { get; init; }

    /// <summary><c>--network-user-mode</c>, <c>-n</c>: one NIC each, in the order given.</summary>
    public IReadOnlyList<NetworkMode> Networks { get; init; } = [];

    /// <summary><c>--network-bridge=</c>: the first is the first TAP's bridge, and so on; each is a TAP where there are not as many.</summary>
    public IReadOnlyList<string> NetworkBridges { get; init; } = [];

    /// <summary><c>--publish=</c>: ports of the host that lead through the first NIC in user mode.</summary>
    public IReadOnlyList<PublishedPort> PublishedPorts { get; init; } = [];

    /// <summary>Directories of the host for the guest.</summary>
    public ShareRequests Shares { get; init; } = new();

    /// <summary>The rest of the command line: further kernel arguments.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary><c>--hotplug-ports=</c>: spare root ports, 0 or more.</summary>
    public int HotplugPorts { get; init; } = 10;

    /// <summary><c>--pcie-layout=</c>.</summary>
    public PcieLayout Layout { get; init; } = PcieLayout.Auto;

    /// <summary><c>--qemu-sandbox=</c>: QEMU's own seccomp filter.</summary>
    public bool QemuSandbox { get; init; } = true;

    /// <summary>The words of <c>$SYSTEMD_VMSPAWN_QEMU_EXTRA</c>.</summary>
    public IReadOnlyList<string> QemuExtra { get; init; } = [];

    /// <summary><c>$SYSTEMD_VMSPAWN_NETWORK_MAC</c>: the MAC address of the guest's NIC, such as <c>52:54:00:12:34:56</c>; null derives it.</summary>
    public string? NetworkMac { get; init; }

    /// <summary><c>$TERM</c>, for the guest's console, where it is a valid terminal name; else null.</summary>
    public string? Terminal { get; init; }

    /// <summary><c>$CREDENTIALS_DIRECTORY</c>: where <c>--load-credential=</c> looks a bare name up; null where there is none.</summary>
    public string? CredentialsDirectory { get; init; }
}
