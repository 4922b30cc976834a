using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Spec;

/// <summary>What is to be started, compared with the world: the result of the resolve stage and the input of the plan.</summary>
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

    /// <summary>How the host is kept from reading the guest, or null for a guest like most.</summary>
    public ConfidentialSpec? Confidential { get; init; }

    /// <summary>UEFI firmware, or null for the platform's own and for none.</summary>
    public FirmwareSpec? Firmware { get; init; }

    /// <summary>The kernel to boot directly, or null to boot from the first disk.</summary>
    public KernelSpec? Kernel { get; init; }

    /// <summary>The user's kernel arguments, in order.</summary>
    public IReadOnlyList<string> KernelArguments { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>Whether discards of the guest reach the images, also of disks that come later.</summary>
    public bool DiscardDisks { get; init; } = true;

    /// <summary>The root disk first when there is one, then extra drives in order.</summary>
    public IReadOnlyList<DriveSpec> Drives { get; init => field = ValueList.Of(value); } = ValueList.Of<DriveSpec>([]);

    /// <summary>The TPM, or null for none.</summary>
    public TpmSpec? Tpm { get; init; }

    /// <summary>Whether QEMU's build and the host's kernel have io_uring for the disks.</summary>
    public bool IoUring => Qemu.HasIoUring && Host.HasIoUring;

    public IReadOnlyList<string> Smbios11 { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);
    public IReadOnlyList<CredentialSpec> Credentials { get; init => field = ValueList.Of(value); } = ValueList.Of<CredentialSpec>([]);

    /// <summary>The guest's network cards, in order.</summary>
    public IReadOnlyList<NicSpec> Nics { get; init => field = ValueList.Of(value); } = ValueList.Of<NicSpec>([]);

    /// <summary>Directories of the host that the guest sees, in order.</summary>
    public IReadOnlyList<ShareSpec> Shares { get; init => field = ValueList.Of(value); } = ValueList.Of<ShareSpec>([]);

    /// <summary>A device is served by another process than QEMU (vhost-user), which has to see the guest's memory.</summary>
    public bool HasVhostUser => Vsock is { Program: not null } || Shares.Any(share => share.Server is Virtiofsd);
    /// <summary>The vsock, or null for none.</summary>
    public VsockSpec? Vsock { get; init; }

    /// <summary>Where the guest's journal goes, or null for nowhere; never without a vsock.</summary>
    public JournalSpec? Journal { get; init; }

    /// <summary>The key that logs in, or null for none.</summary>
    public SshSpec? Ssh { get; init; }

    public required ConsoleMode Console { get; init; }
    public ConsoleTransport ConsoleTransport { get; init; }

    /// <summary>A valid <c>$TERM</c> to tell the guest, or null.</summary>
    public string? Term { get; init; }

    /// <summary>Size of the terminal that shows the console, or null when none does.</summary>
    public WindowSize? TerminalSize { get; init; }

    /// <summary>How the host's systemd gets to know it.</summary>
    public RegistrationSpec Registration { get; init; } = RegistrationSpec.None;

    public PcieLayout Layout { get; init; }
    public int HotplugPorts { get; init; }
    public bool Sandbox { get; init; }
    public ExtraArguments Extra { get; init; } = ExtraArguments.None;
}

/// <summary>How the guest's instructions are run.</summary>
/// <param name="Name">QEMU's name: <c>kvm</c> or <c>tcg</c>.</param>
/// <param name="WhyEmulated">Why KVM is not used although it was not refused, or null.</param>
internal sealed record AcceleratorSpec(string Name, string? WhyEmulated)
{
    /// <summary>KVM's device was handed to us open.</summary>
    public bool IsPassed { get; init; }
}

/// <summary>A kernel with what it boots with.</summary>
/// <param name="Path">Absolute path, or null for a kernel that is given by its bytes.</param>
/// <param name="Content">The bytes of a kernel without a file; empty for one with a path.</param>
/// <param name="Initrds">To be concatenated in order.</param>
internal sealed record KernelSpec(string? Path, ValueBytes Content, IReadOnlyList<BootFile> Initrds)
{
    /// <summary>Which file the kernel was when it was looked at; null for one without a file of its own.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>To be concatenated in order.</summary>
    public IReadOnlyList<BootFile> Initrds { get; init => field = ValueList.Of(value); } = ValueList.Of(Initrds);

    /// <summary>The tree of the host that the kernel's and the initrds' paths are in, out of which no link leads; null for the host's own.</summary>
    public string? Tree { get; init; }

    /// <summary>The directory for a file that joins the initrds; null where there is nothing to join.</summary>
    public string? InitrdPlace { get; init; }

    /// <summary>Where the kernel and its initrds are in a disk image, instead of in files of their own; null for most.</summary>
    public EntryFiles? Entry { get; init; }

    /// <summary>The kernel arguments that come with it.</summary>
    public string Options { get; init; } = "";

    /// <summary>UEFI can start it.</summary>
    public bool IsPe { get; init; }

    /// <summary>It is a unified kernel image: only UEFI can start it, and it has its command line from SMBIOS strings.</summary>
    public bool IsUki { get; init; }
}

/// <summary>The files of a boot entry, as runs of the bytes of the image that holds them.</summary>
/// <param name="Image">Absolute path of the image.</param>
/// <param name="Identity">Which file the image was when the runs were read from it.</param>
/// <param name="Place">The directory for copies.</param>
/// <param name="Kernel">The kernel, or the whole unified kernel image.</param>
/// <param name="Initrds">To be joined in order.</param>
internal sealed record EntryFiles(
    string Image, FileIdentity Identity, string Place, IReadOnlyList<Extent> Kernel, IReadOnlyList<IReadOnlyList<Extent>> Initrds)
{
    /// <summary>The kernel, or the whole unified kernel image.</summary>
    public IReadOnlyList<Extent> Kernel { get; } = ValueList.Of(Kernel);

    /// <summary>To be joined in order.</summary>
    public IReadOnlyList<IReadOnlyList<Extent>> Initrds { get; } = ValueList.Of<IReadOnlyList<Extent>>([.. Initrds.Select(ValueList.Of)]);
}

/// <summary>A credential with its value at hand.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Value">Its bytes; secret unless it is public.</param>
internal sealed record CredentialSpec(string Id, ValueBytes Value)
{
    /// <summary>It is no secret, such as a public key or an address.</summary>
    public bool IsPublic { get; init; }
}
