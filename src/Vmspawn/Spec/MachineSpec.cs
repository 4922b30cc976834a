using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Spec;

/// <summary>The machine to start, checked against the host: the result of the resolve stage and the input of the plan stage.</summary>
internal sealed record MachineSpec
{
    public required string Name { get; init; }
    public required HostFacts Host { get; init; }
    public required QemuFacts Qemu { get; init; }
    public Platform Platform { get; init; } = Platform.X86;
    public required AcceleratorSpec Accelerator { get; init; }
    public required CpuTopology Cpus { get; init; }
    public required RamSize Ram { get; init; }
    public Guid? Uuid { get; init; }

    /// <summary>The parameters of a confidential guest, or null for an ordinary one.</summary>
    public ConfidentialSpec? Confidential { get; init; }

    /// <summary>UEFI firmware, or null for the platform's default firmware and for none.</summary>
    public FirmwareSpec? Firmware { get; init; }

    /// <summary>The kernel to boot directly, or null to boot from the first disk.</summary>
    public KernelSpec? Kernel { get; init; }

    /// <summary>The user's kernel arguments, in order.</summary>
    public IReadOnlyList<string> KernelArguments { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>Whether discards of the guest reach the images, those of hot-plugged disks included.</summary>
    public bool DiscardDisks { get; init; } = true;

    /// <summary>The root disk if there is one, then extra drives in order.</summary>
    public IReadOnlyList<DriveSpec> Drives { get; init => field = ValueList.Of(value); } = ValueList.Of<DriveSpec>([]);

    /// <summary>The TPM, or null for none.</summary>
    public TpmSpec? Tpm { get; init; }

    /// <summary>Whether both QEMU and the host's kernel support io_uring.</summary>
    public bool IoUring => Qemu.HasIoUring && Host.HasIoUring;

    public IReadOnlyList<string> Smbios11 { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);
    public IReadOnlyList<CredentialSpec> Credentials { get; init => field = ValueList.Of(value); } = ValueList.Of<CredentialSpec>([]);

    /// <summary>The guest's network cards, in order.</summary>
    public IReadOnlyList<NicSpec> Nics { get; init => field = ValueList.Of(value); } = ValueList.Of<NicSpec>([]);

    /// <summary>The shared host directories, in order.</summary>
    public IReadOnlyList<ShareSpec> Shares { get; init => field = ValueList.Of(value); } = ValueList.Of<ShareSpec>([]);

    /// <summary>Whether a device is served by another process (vhost-user), which needs access to the guest's memory.</summary>
    public bool HasVhostUser => Vsock is { Program: not null } || Shares.Any(share => share.Server is Virtiofsd);
    /// <summary>The vsock, or null for none.</summary>
    public VsockSpec? Vsock { get; init; }

    /// <summary>How the guest's journal is received, or null; requires a vsock.</summary>
    public JournalSpec? Journal { get; init; }

    /// <summary>The SSH key that is authorized in the guest, or null.</summary>
    public SshSpec? Ssh { get; init; }

    /// <summary>The memory of the snapshot to continue, or null to boot.</summary>
    public IncomingSpec? Incoming { get; init; }

    /// <summary>The ways into the guest for commands.</summary>
    public GuestChannelSpec Channels { get; init; } = new();

    public required ConsoleMode Console { get; init; }
    public ConsoleTransport ConsoleTransport { get; init; }

    /// <summary>The graphics card and where its screen is shown, or null for none.</summary>
    public GraphicsSpec? Graphics { get; init; }

    /// <summary>A valid <c>$TERM</c> for the guest, or null.</summary>
    public string? Term { get; init; }

    /// <summary>Size of the console's terminal, or null without a terminal.</summary>
    public WindowSize? TerminalSize { get; init; }

    /// <summary>How it is registered with the host's systemd.</summary>
    public RegistrationSpec Registration { get; init; } = RegistrationSpec.None;

    public PcieLayout Layout { get; init; }
    public int HotplugPorts { get; init; }
    public bool Sandbox { get; init; }
    public ExtraArguments Extra { get; init; } = ExtraArguments.None;
}

/// <summary>How QEMU runs the guest's instructions.</summary>
/// <param name="Name">QEMU's name: <c>kvm</c> or <c>tcg</c>.</param>
/// <param name="WhyEmulated">Why KVM is not used although the options permit it, or null.</param>
internal sealed record AcceleratorSpec(string Name, string? WhyEmulated)
{
    /// <summary>The KVM device was passed to vmspawn as an open descriptor.</summary>
    public bool IsPassed { get; init; }
}

/// <summary>The memory and device state that QEMU starts with.</summary>
/// <param name="File">Absolute path of the file.</param>
/// <param name="Identity">Its identity when it was checked.</param>
/// <param name="Zstd">Absolute path of zstd(1) for a compressed file; null for another.</param>
internal sealed record IncomingSpec(string File, FileIdentity Identity, string? Zstd);

/// <summary>A kernel with its initrds and command line.</summary>
/// <param name="Path">Absolute path, or null for a kernel in memory.</param>
/// <param name="Content">The bytes of a kernel without a file; empty for one with a path.</param>
/// <param name="Initrds">To be concatenated in order.</param>
internal sealed record KernelSpec(string? Path, ValueBytes Content, IReadOnlyList<BootFile> Initrds)
{
    /// <summary>The identity of the kernel's file when it was checked; null for a kernel without a file of its own.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>To be concatenated in order.</summary>
    public IReadOnlyList<BootFile> Initrds { get; init => field = ValueList.Of(value); } = ValueList.Of(Initrds);

    /// <summary>The tree that contains the paths of kernel and initrds, within which links are resolved; null for the host's root.</summary>
    public string? Tree { get; init; }

    /// <summary>The directory for the file of concatenated initrds; null when there is nothing to concatenate.</summary>
    public string? InitrdPlace { get; init; }

    /// <summary>The extents of kernel and initrds in a disk image; null for separate files.</summary>
    public EntryFiles? Entry { get; init; }

    /// <summary>The command line of its boot entry.</summary>
    public string Options { get; init; } = "";

    /// <summary>UEFI can start it.</summary>
    public bool IsPe { get; init; }

    /// <summary>It is a unified kernel image: only UEFI can start it, and its command line is passed by SMBIOS strings.</summary>
    public bool IsUki { get; init; }
}

/// <summary>The files of a boot entry, as extents of the image that contains them.</summary>
/// <param name="Image">Absolute path of the image.</param>
/// <param name="Identity">The identity of the image when the extents were read from it.</param>
/// <param name="Place">The directory for copies.</param>
/// <param name="Kernel">The kernel, or the whole unified kernel image.</param>
/// <param name="Initrds">Initrds, to be concatenated in order.</param>
internal sealed record EntryFiles(
    string Image, FileIdentity Identity, string Place, IReadOnlyList<Extent> Kernel, IReadOnlyList<IReadOnlyList<Extent>> Initrds)
{
    /// <summary>The kernel, or the whole unified kernel image.</summary>
    public IReadOnlyList<Extent> Kernel { get; } = ValueList.Of(Kernel);

    /// <summary>Initrds, to be concatenated in order.</summary>
    public IReadOnlyList<IReadOnlyList<Extent>> Initrds { get; } = ValueList.Of<IReadOnlyList<Extent>>([.. Initrds.Select(ValueList.Of)]);
}

/// <summary>A credential and its value.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Value">Its bytes; secret unless it is public.</param>
internal sealed record CredentialSpec(string Id, ValueBytes Value)
{
    /// <summary>It is not secret, such as a public key or an address.</summary>
    public bool IsPublic { get; init; }

    /// <summary>The machine starts without it where no transport can pass it.</summary>
    public bool IsOptional { get; init; }
}
