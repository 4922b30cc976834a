using System.Runtime.InteropServices;
using Vmspawn.Pcie;

namespace Vmspawn.Options;

/// <summary>The parsed options, not yet checked against the host: the result of the parse stage.</summary>
/// <remarks>Names, defaults and rules follow systemd-vmspawn(1) where it has the option.</remarks>
public sealed record VmOptions
{
    /// <summary>The value of <see cref="BootEntry"/> for the best entry.</summary>
    public const string BestBootEntry = "auto";

    /// <summary><c>-q</c>: print errors only.</summary>
    public bool Quiet { get; init; }

    /// <summary><c>--system</c>, <c>--user</c>: whose runtime directory is used; chosen by the user id when neither is given.</summary>
    public RuntimeScope Scope { get; init; } = RuntimeScope.Auto;

    /// <summary><c>-M</c>: the machine's name, a valid host name; null derives it from the image.</summary>
    public string? Machine { get; init; }

    /// <summary><c>--uuid=</c>: the SMBIOS system UUID, never all zero.</summary>
    public Guid? Uuid { get; init; }

    /// <summary><c>-i</c>: path of the root disk, a regular file or a block device.</summary>
    public string? Image { get; init; }

    /// <summary><c>-D</c>: the tree of an operating system to boot from, instead of <see cref="Image"/>.</summary>
    public string? Directory { get; init; }

    /// <summary><c>--template=</c>: the image that the root disk is a copy-on-write child of; the child is created if it does not exist.</summary>
    public TemplateImage? Template { get; init; }

    /// <summary><c>--image-format=</c>.</summary>
    public ImageFormat ImageFormat { get; init; } = ImageFormat.Raw;

    /// <summary><c>--image-disk-type=</c>: of the root disk, and the default for extra drives.</summary>
    public DiskType ImageDiskType { get; init; } = DiskType.VirtioBlk;

    /// <summary><c>-x</c>: the guest's writes are discarded.</summary>
    public bool Ephemeral { get; init; }

    /// <summary><c>--discard-disk=</c>: discards of the guest punch holes in the image.</summary>
    public bool DiscardDisk { get; init; } = true;

    /// <summary><c>-G</c>: grow the raw image to this many bytes first; null keeps its size.</summary>
    public long? GrowImage { get; init; }

    /// <summary><c>--extra-drive=</c>, in the order given.</summary>
    public IReadOnlyList<ExtraDrive> ExtraDrives { get; init; } = [];

    /// <summary><c>--bind-volume=</c>, in the order given.</summary>
    public IReadOnlyList<VolumeRequest> Volumes { get; init; } = [];

    /// <summary><c>--linux=</c>: the kernel to boot directly.</summary>
    public string? Linux { get; init; }

    /// <summary>A kernel in memory, for programs that embed their own guest; instead of <see cref="Linux"/>.</summary>
    public ReadOnlyMemory<byte> LinuxContent { get; init; }

    /// <summary><c>--boot-entry=</c>: id of an entry on the image's boot partitions whose kernel is booted directly, or <see cref="BestBootEntry"/>.</summary>
    public string? BootEntry { get; init; }

    /// <summary><c>--initrd=</c>, in the order given; they are concatenated.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary><c>--firmware=</c>.</summary>
    public FirmwareKind Firmware { get; init; } = FirmwareKind.Auto;

    /// <summary><c>--firmware=PATH</c>: the firmware descriptor to use; null chooses one. Only with <see cref="FirmwareKind.Uefi"/>.</summary>
    public string? FirmwareDescriptor { get; init; }

    /// <summary><c>--firmware-features=</c> and <c>--secure-boot=</c>: what the chosen UEFI firmware must have and must not have.</summary>
    public FirmwareFeatures FirmwareFeatures { get; init; } = FirmwareFeatures.Default;

    /// <summary><c>--efi-nvram-template=</c>: the initial EFI variables; null takes the firmware's template.</summary>
    public string? EfiNvramTemplate { get; init; }

    /// <summary><c>--efi-nvram-state=</c>: where EFI variables are kept.</summary>
    public StatePlace EfiNvramState { get; init; } = StatePlace.Auto;

    /// <summary><c>--coco=</c>: the confidential computing technology to use.</summary>
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

    /// <summary><c>--notify-ready=</c>: READY=1 is sent to the service manager when the guest reports that it is ready, instead of at once.</summary>
    public bool NotifyReady { get; init; } = true;

    /// <summary><c>--guest-channel=</c>: how commands get into the guest.</summary>
    public GuestChannel GuestChannel { get; init; }

    /// <summary><c>-s</c>: strings of SMBIOS type 11.</summary>
    public IReadOnlyList<string> Smbios11 { get; init; } = [];

    /// <summary><c>--set-credential=</c> and <c>--load-credential=</c>; each name only once.</summary>
    public IReadOnlyList<CredentialSource> Credentials { get; init; } = [];

    /// <summary><c>--restore=</c>: continue a snapshot, whose options hold then. Only options that the guest does not see may be given with it. Null boots.</summary>
    public RestoreRequest? Restore { get; init; }

    /// <summary><c>--cloud-init</c>: the cloud-init seed disk, or null for none.</summary>
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

    /// <summary><c>--network-bridge=</c>: the bridges of the TAP devices, in order; each bridge beyond their number adds a TAP device.</summary>
    public IReadOnlyList<string> NetworkBridges { get; init; } = [];

    /// <summary><c>--publish=</c>: host ports that are forwarded through the first user-mode NIC.</summary>
    public IReadOnlyList<PublishedPort> PublishedPorts { get; init; } = [];

    /// <summary>Host directories to share with the guest.</summary>
    public ShareRequests Shares { get; init; } = new();

    /// <summary>The positional arguments: further kernel arguments.</summary>
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

    /// <summary><c>$TERM</c>, for the guest's console; null when it is not a valid terminal name.</summary>
    public string? Terminal { get; init; }

    /// <summary><c>$CREDENTIALS_DIRECTORY</c>: where <c>--load-credential=</c> looks up a bare name; null when it is not set.</summary>
    public string? CredentialsDirectory { get; init; }
}
