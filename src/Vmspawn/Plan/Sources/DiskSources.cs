using System.Text.Json;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Plan;

/// <summary>An image, opened by path.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="ReadOnly">Opened for reading only.</param>
/// <param name="Identity">The identity that the file had when it was probed and must still have; null for any.</param>
internal sealed record OpenedFile(string Path, bool ReadOnly, FileIdentity? Identity = null) : DescriptorSource
{
    internal override string Kind => "file";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteBoolean("readOnly", ReadOnly);
    }
}

/// <summary>A volume, opened or created by its storage provider.</summary>
/// <param name="Socket">Path of the provider's socket.</param>
/// <param name="Request">The request to the provider.</param>
internal sealed record StorageVolume(string Socket, VolumeRequest Request) : DescriptorSource
{
    internal override string Kind => "volume";

    internal override string? Subject => $"the volume {Request.Name}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Socket);
        json.WriteString("name", Request.Name);
        json.WriteBoolean("readOnly", Request.ReadOnly == true);
    }
}

/// <summary>An anonymous file with an empty qcow2 image, for writes that are discarded.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="VirtualSize">Size of the disk, in bytes.</param>
internal sealed record AnonymousOverlay(string Directory, long VirtualSize) : DescriptorSource
{
    internal override string Kind => "overlay";

    internal override string? Subject => $"a throw-away overlay in {Directory}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("directory", Directory);
        json.WriteNumber("virtualSize", VirtualSize);
    }
}

/// <summary>The memory of a snapshot.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Identity">The identity that the file must still have.</param>
/// <param name="Zstd">The program that decompresses it into a pipe; null opens the file itself.</param>
internal sealed record FrozenMemory(string Path, FileIdentity Identity, string? Zstd) : DescriptorSource
{
    internal override string Kind => "memory";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        if (Zstd is not null)
            json.WriteString("decompressor", Zstd);
    }
}

/// <summary>Concatenated files, each aligned to 4 bytes, in an anonymous file.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="Files">In order.</param>
/// <param name="Tree">The tree that contains the files, within which links are resolved; null for the host's root.</param>
internal sealed record JoinedFiles(string Directory, IReadOnlyList<BootFile> Files, string? Tree = null) : DescriptorSource
{
    /// <summary>In order.</summary>
    public IReadOnlyList<BootFile> Files { get; } = ValueList.Of(Files);

    /// <summary>Bytes that are appended to the files; usually empty, never printed.</summary>
    public ValueBytes Tail { get; init; }

    internal override string Kind => "joined";

    internal override string? Subject => $"a file for the joined initrds in {Directory}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("directory", Directory);
        if (Tree is not null)
            json.WriteString("tree", Tree);
        json.WriteStartArray("paths");
        foreach (var file in Files)
            json.WriteStringValue(file.Path);
        json.WriteEndArray();
        WriteTail(json, Tail);
    }
}

/// <summary>Files in a disk image, concatenated, each aligned to 4 bytes, in an anonymous file.</summary>
/// <param name="Directory">The directory whose file system holds it.</param>
/// <param name="Image">Absolute path of the image.</param>
/// <param name="Identity">The required identity of the image, from which the extents were read; null for any.</param>
/// <param name="Files">The extents of each file in the image.</param>
internal sealed record FilesInImage(string Directory, string Image, FileIdentity? Identity, IReadOnlyList<IReadOnlyList<Extent>> Files) : DescriptorSource
{
    /// <summary>The extents of each file in the image.</summary>
    public IReadOnlyList<IReadOnlyList<Extent>> Files { get; } = ValueList.Of<IReadOnlyList<Extent>>([.. Files.Select(ValueList.Of)]);

    /// <summary>Bytes that are appended to the files; usually empty, never printed.</summary>
    public ValueBytes Tail { get; init; }

    internal override string Kind => "in-image";

    internal override string? Subject => $"files of {Image} in {Directory}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("directory", Directory);
        json.WriteString("path", Image);
        json.WriteNumber("size", Files.Sum(file => file.Sum(part => part.Length)));
        WriteTail(json, Tail);
    }
}
