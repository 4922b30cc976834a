using Vmspawn.Options;

namespace Vmspawn.Qemu.Arguments;

/// <summary>The block nodes of one image: its format over its file, which is a descriptor set. Disks from boot and disks that are attached later both have them.</summary>
internal sealed record ImageNode
{
    public required ImageFormat Format { get; init; }

    /// <summary>Name of the format's node.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the file's node, unless it is the one made from <see cref="Name"/>.</summary>
    public string? FileName { get; init; }

    /// <summary>The path of the descriptor set.</summary>
    public required string SetPath { get; init; }

    public bool IsBlockDevice { get; init; }

    /// <summary>The guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// The descriptor cannot be written to. QEMU opens a set by the access mode that it wants, and finds no descriptor of
    /// another mode: a disk that is read-only although its descriptor is not is so by the format's node alone.
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

    /// <summary>Format and file in one.</summary>
    public BlockNode Whole() => FormatNode() with { File = File() };

    /// <summary>The format's node alone, over a file's node that QEMU has already.</summary>
    public BlockNode OverExistingFile() => FormatNode() with { FileReference = NameOfFile };

    /// <summary>The file's node alone.</summary>
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
