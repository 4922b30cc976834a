using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>The initrds given with <c>--initrd=</c>.</summary>
/// <remarks>Each archive starts at a multiple of 4 bytes, where the kernel looks for it (Documentation/driver-api/early-userspace/buffer-format of Linux).</remarks>
/// <param name="Files">In the order given.</param>
internal sealed record InitrdFacts(IReadOnlyList<BootFile> Files)
{
    /// <summary>The alignment of archives.</summary>
    public const int Alignment = 4;

    private const int ChunkSize = 1 << 18;

    /// <summary>Observes the initrds; null with every reason in <paramref name="problems"/>, or when there are none.</summary>
    public static InitrdFacts? Probe(IReadOnlyList<string> paths, List<Problem> problems)
    {
        var files = new List<BootFile>();
        foreach (var path in paths)
        {
            using var file = PlainFile.Open($"--initrd={path}", "initrd", path, problems);
            if (file is not null)
                files.Add(new BootFile(path, FileFacts.Of(file).Identity));
        }

        return paths.Count == 0 || files.Count < paths.Count ? null : new InitrdFacts(files);
    }

    /// <summary>Concatenates them into an empty file; only needed for more than one.</summary>
    /// <param name="file">The file to write.</param>
    /// <param name="tree">The tree that contains the paths; null for the host's root.</param>
    /// <exception cref="IOException">An initrd cannot be read, or the file cannot be written.</exception>
    public void WriteTo(SafeFileHandle file, ConfinedTree? tree = null)
    {
        var chunk = new byte[ChunkSize];
        var to = 0L;
        foreach (var (path, identity) in Files)
        {
            // The gap is a hole, which reads as zeros.
            to = Aligned(to);
            using var from = SameFile.Checked(Open(path, tree), identity, path);
            for (var at = 0L; RandomAccess.Read(from, chunk, at) is > 0 and var count; at += count, to += count)
                RandomAccess.Write(file, chunk.AsSpan(0, count), to);
        }
    }

    private static SafeFileHandle Open(string path, ConfinedTree? tree) => tree is null
        ? OpenFile.Open(path, writable: false)
        : tree.OpenRead(path) ?? throw new FileNotFoundException($"{path} does not exist any more", path);

    /// <summary>The aligned start of an archive that follows this many bytes.</summary>
    public static long Aligned(long size) => (size + Alignment - 1) / Alignment * Alignment;
}
