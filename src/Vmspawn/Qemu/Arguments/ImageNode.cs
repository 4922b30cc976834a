using Vmspawn.Options;

namespace Vmspawn.Qemu.Arguments;

/// <summary>The block nodes of one image: the format node above the file node, whose file is a descriptor set. For disks present at boot as well as hot-plugged ones.</summary>
internal sealed record ImageNode
{
    public required ImageFormat Format { get; init; }

    /// <summary>Name of the format node.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the file node; null derives it from <see cref="Name"/>.</summary>
    public string? FileName { get; init; }

    /// <summary>The path of the descriptor set.</summary>
    public required string SetPath { get; init; }

    public bool IsBlockDevice { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// The descriptor is open for reading only. QEMU selects a descriptor of a set by access mode, and finds none of
    /// another mode: for a read-only disk with a writable descriptor only the format node is read-only.
    /// </summary>
    public bool IsFileReadOnly { get; init; }

    /// <summary>Discards of the guest reach the image.</summary>
    public bool Discard { get; init; }

    /// <summary>Requests go through io_uring.</summary>
    public bool IoUring { get; init; }

    /// <summary>The image below a qcow2 image.</summary>
    public BlockNode? Backing { get; init; }

    /// <summary>Name of the node of the file below a format's node.</summary>
    public static string FileOf(string name) => $"{name}-file";

    /// <summary>The format node with the file node inside.</summary>
    public BlockNode Whole() => FormatNode() with { File = File() };

    /// <summary>The format node above an existing file node.</summary>
    public BlockNode OverExistingFile() => FormatNode() with { FileReference = NameOfFile };

    /// <summary>The file node alone.</summary>
    public BlockNode File() => new()
    {
        Driver = IsBlockDevice ? "host_device" : "file",
        NodeName = NameOfFile,
        FileName = SetPath,
        ReadOnly = IsFileReadOnly,
        Discard = Discard,
        IoUring = IoUring,
    };

    private string NameOfFile => FileName ?? FileOf(Name);

    private BlockNode FormatNode() => new()
    {
        Driver = Format is ImageFormat.Qcow2 ? "qcow2" : "raw",
        NodeName = Name,
        ReadOnly = ReadOnly,
        Discard = Discard,
        Backing = Backing,
        NoBacking = Format is ImageFormat.Qcow2 && Backing is null,
    };
}
