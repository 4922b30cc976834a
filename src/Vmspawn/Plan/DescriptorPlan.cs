using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>A descriptor that QEMU or a helper is started with.</summary>
/// <param name="Slot">Its name in the plan, such as <c>vmspawn-root</c>.</param>
/// <param name="Number">The number under which the program finds it.</param>
/// <param name="Source">What is opened.</param>
public sealed record DescriptorPlan(string Slot, int Number, DescriptorSource Source);

/// <summary>What stands behind a descriptor.</summary>
public abstract record DescriptorSource;

/// <summary>An image, opened by path.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="ReadOnly">Opened for reading only.</param>
/// <param name="Identity">Which file it must be, since it was looked at under this name; null for any.</param>
public sealed record OpenedFile(string Path, bool ReadOnly, FileIdentity? Identity = null) : DescriptorSource;

/// <summary>A volume, opened or made by its storage provider.</summary>
/// <param name="Socket">Path of the provider's socket.</param>
/// <param name="Wish">What is asked of it.</param>
public sealed record StorageVolume(string Socket, VolumeRequest Wish) : DescriptorSource;

/// <summary>An anonymous file that holds an empty qcow2 image: throw-away writes.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="VirtualSize">Size of the disk, in bytes.</param>
public sealed record AnonymousOverlay(string Directory, long VirtualSize) : DescriptorSource;

/// <summary>Bytes kept in memory, for secrets that no command line may show.</summary>
/// <param name="Content">The bytes; never printed.</param>
public sealed record MemoryBytes(ValueBytes Content) : DescriptorSource;

/// <summary>Files joined one behind another, each aligned to 4 bytes, in an anonymous file.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="Paths">Absolute paths, in order.</param>
/// <param name="Tree">The tree that the paths are in, out of which no link leads; null for the host's own.</param>
public sealed record JoinedFiles(string Directory, IReadOnlyList<string> Paths, string? Tree = null) : DescriptorSource
{
    /// <summary>Absolute paths, in order.</summary>
    public IReadOnlyList<string> Paths { get; } = ValueList.Of(Paths);

    /// <summary>Bytes behind the last of them; empty for most, never printed.</summary>
    public ValueBytes Tail { get; init; }
}

/// <summary>EFI variables that are kept: locked for as long as QEMU has them open, made from the template first when they are not there.</summary>
/// <param name="Path">Absolute path of the file that keeps them.</param>
/// <param name="Template">Absolute path of what they start from.</param>
public sealed record KeptNvram(string Path, string Template) : DescriptorSource;

/// <summary>EFI variables that are forgotten with the VM: an anonymous copy of the template.</summary>
/// <param name="Template">Absolute path of what they start from.</param>
public sealed record ForgottenNvram(string Template) : DescriptorSource;

/// <summary>Files within a disk image, joined one behind another, each aligned to 4 bytes, in an anonymous file.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="Image">Absolute path of the image.</param>
/// <param name="Files">Each as its runs of the image's bytes.</param>
public sealed record FilesInImage(string Directory, string Image, IReadOnlyList<IReadOnlyList<Extent>> Files) : DescriptorSource
{
    /// <summary>Each as its runs of the image's bytes.</summary>
    public IReadOnlyList<IReadOnlyList<Extent>> Files { get; } = ValueList.Of<IReadOnlyList<Extent>>([.. Files.Select(ValueList.Of)]);

    /// <summary>Bytes behind the last of them; empty for most, never printed.</summary>
    public ValueBytes Tail { get; init; }
}

/// <summary>Our connection to QEMU's monitor.</summary>
public sealed record MonitorSocket : DescriptorSource;

/// <summary>The guest's side of the console's pseudo terminal.</summary>
public sealed record ConsoleTerminal : DescriptorSource;

/// <summary>One end of a pair of connected sockets; the other end is a descriptor of another program in the same plan.</summary>
/// <param name="Pair">Which pair; named by exactly two descriptors.</param>
public sealed record SocketEnd(string Pair) : DescriptorSource;

/// <summary>A file of a tree, out of which no link leads.</summary>
/// <param name="Tree">Absolute path of the tree.</param>
/// <param name="Path">Path from its top.</param>
public sealed record FileInTree(string Tree, string Path) : DescriptorSource;

/// <summary>A directory that a guest has for its root, locked for as long as somebody has it open.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="IsShared">It is only read, which several may do at once.</param>
public sealed record LockedTree(string Path, bool IsShared) : DescriptorSource;

/// <summary>A directory for what an ephemeral guest writes, locked for as long as somebody has it open, removed with the VM.</summary>
/// <param name="Path">Absolute path; made by the launch.</param>
/// <param name="CopyOf">The tree to copy there, or null for an overlay's directories.</param>
public sealed record ThrowAwayTree(string Path, string? CopyOf) : DescriptorSource;

/// <summary>
/// A listening socket without a name, for a program that takes no connected one: the other end of the pair, a <see cref="SocketEnd"/> of
/// another program, waits in its queue.
/// </summary>
/// <param name="Pair">Which pair; opened before its other end.</param>
public sealed record ListeningEnd(string Pair) : DescriptorSource;

/// <summary>The directory of a TPM's state, locked for as long as somebody has it open; made first when it is not there.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Maker">What makes a TPM with certificates, or null for one that is forgotten with the VM and needs none.</param>
public sealed record TpmStateDirectory(string Path, TpmMaker? Maker) : DescriptorSource;

/// <summary>A TAP device of the host; one that we make is gone with the VM.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Bridge">The bridge that it joins, or null.</param>
public sealed record TapDevice(string Interface, string? Bridge) : DescriptorSource;

/// <summary>The runtime directory, by which a helper makes sockets under short paths, whatever the machine is called.</summary>
public sealed record RuntimeDirectory : DescriptorSource;

/// <summary>Our connection to a socket that a helper makes in the runtime directory.</summary>
/// <param name="Name">The socket's name there.</param>
public sealed record HelperSocket(string Name) : DescriptorSource;

/// <summary>Our end of the virtio port by which the guest reports about itself.</summary>
public sealed record NotifyPort : DescriptorSource;

/// <summary>The kernel's vsock device, with the guest's context id taken.</summary>
/// <param name="Cid">The context id.</param>
/// <param name="IsPassed">It was handed to us open.</param>
public sealed record VhostVsockDevice(uint Cid, bool IsPassed) : DescriptorSource;

/// <summary>The KVM device that was handed to us open.</summary>
public sealed record PassedKvm : DescriptorSource;

/// <summary>The descriptors of one program, numbered as they are asked for.</summary>
internal sealed class DescriptorTable
{
    /// <summary>The first number after the standard three.</summary>
    private const int FirstNumber = 3;

    private readonly List<DescriptorPlan> _all = [];

    public IReadOnlyList<DescriptorPlan> All => _all;

    /// <returns>The number under which the program finds it.</returns>
    public int Add(string slot, DescriptorSource source)
    {
        var number = FirstNumber + _all.Count;
        _all.Add(new DescriptorPlan(slot, number, source));
        return number;
    }
}
