using Vmspawn.Control.Ports;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Control.Storage;

/// <summary>A disk of the running VM. It is changed with its gate held; single fields may be read at any time.</summary>
internal sealed class StorageEntry : IHotplugDevice
{
    /// <summary>The name that clients use.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the device in QEMU; never used twice.</summary>
    public required string DeviceId { get; init; }

    public required DiskType Type { get; init; }
    public required string Serial { get; init; }

    /// <summary>The guest cannot write to it.</summary>
    public required bool ReadOnly { get; init; }

    /// <summary>Size of the disk in bytes.</summary>
    public long Size { get; set; }

    /// <summary>The identities of its files; a file that one disk writes must not be used by another.</summary>
    public IReadOnlyList<FileIdentity> Files { get; set; } = [];

    /// <summary>The path for lists.</summary>
    public string? Path { get; set; }

    /// <summary>The file for the guest's writes, for messages; null when its path is unknown.</summary>
    public string? WritesTo => Overlay is null ? Path : $"its throw-away overlay in {Overlay}";

    /// <summary>The directory of its throw-away overlay, or null.</summary>
    public string? Overlay { get; init; }

    public bool IsRoot { get; init; }

    /// <summary>Whether it is a disk from boot.</summary>
    public bool IsFromBoot { get; init; }

    /// <summary>Why it cannot be detached, or null when it can.</summary>
    public string? Immutable { get; init; }

    /// <summary>Why its file cannot be replaced, or null when it can.</summary>
    public string? Irreplaceable { get; init; }

    /// <summary>The sector size that its image was made for, in bytes.</summary>
    public int SectorSize { get; init; } = DiskSectors.UsualSize;

    /// <summary>Discards of the guest reach the file.</summary>
    public bool Discard { get; init; }

    /// <summary>Its separate root port; null for a SCSI disk, and for one that shares its port.</summary>
    public PortLease? Port { get; set; }

    /// <summary>Its address on a SCSI controller, or null.</summary>
    public ScsiPlacement? Placement { get; set; }

    /// <summary>QEMU's resources for it; null while it is being attached.</summary>
    public DiskNodes? Nodes { get; set; }

    /// <summary>The node between device and disk that makes requests fail, or null.</summary>
    public string? FaultNode { get; set; }

    public HotplugState State { get; set; } = HotplugState.Attaching;

    public RemovalAttempt? Removal { get; set; }

    /// <summary>Held while the disk is changed, so that such calls follow each other.</summary>
    /// <remarks>
    /// A holder waits for QEMU's answers, which end with the monitor, for a guest's tray (5 s), and for a port (8 s): each of them
    /// releases the gate. A wait for it ends with the control server at the latest. An earlier end would have to guess whether the holder's
    /// change was made.
    /// </remarks>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public bool IsScsi => Type.IsScsi();

    public string Description => $"disk {Name}";

    /// <summary>The same description as a disk from boot has.</summary>
    public DiskDevice Device => new() { Type = Type, Id = DeviceId, Node = Nodes!.Top, Serial = Serial, SectorSize = SectorSize };

    /// <summary>The guest's writes reach the file.</summary>
    public required bool WritesFile { get; init; }

    /// <summary>Why the file of a disk of that format cannot be replaced, or null when it can.</summary>
    public static string? WhyIrreplaceable(ImageFormat format) =>
        format is ImageFormat.Raw ? null : "it is a qcow2 image, and only raw ones can be replaced while the guest has them";
}

/// <summary>QEMU's resources for a disk besides its device.</summary>
/// <param name="Top">The node that the device uses.</param>
/// <param name="File">The node below it, if it was added separately and must be deleted separately; null if it is deleted with the top.</param>
/// <param name="Fdsets">The descriptor sets behind them.</param>
internal sealed record DiskNodes(string Top, string? File, IReadOnlyList<long> Fdsets);
