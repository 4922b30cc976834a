using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>The initrds given with <c>--initrd=</c>.</summary>
/// <remarks>Each member starts at a multiple of 4: the kernel looks for the next archive there (Documentation/driver-api/early-userspace/buffer-format of Linux).</remarks>
/// <param name="Files">In the order given.</param>
internal sealed record InitrdFacts(IReadOnlyList<BootFile> Files)
{
    /// <summary>Where the kernel looks for the next archive.</summary>
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

    /// <summary>Copies them one after another into an empty file; only needed when there is more than one.</summary>
    /// <param name="file">Takes them.</param>
    /// <param name="tree">What the paths are in; null for the host's own root.</param>
    /// <exception cref="IOException">One cannot be read any more, or the file cannot be written.</exception>
    public void WriteTo(SafeFileHandle file, ConfinedTree? tree = null)
    {
        var chunk = new byte[ChunkSize];
        var to = 0L;
        foreach (var (path, identity) in Files)
        {
            // What is skipped here reads as zeros.
            to = Aligned(to);
            using var from = tree is null ? OpenFile.Open(path, writable: false) : tree.OpenRead(path) ?? throw new FileNotFoundException($"{path} has gone", path);
            SameFile.Check(from, identity, path);
            for (var at = 0L; RandomAccess.Read(from, chunk, at) is > 0 and var count; at += count, to += count)
                RandomAccess.Write(file, chunk.AsSpan(0, count), to);
        }
    }

    /// <summary>Where an archive starts that follows so many bytes.</summary>
    public static long Aligned(long size) => (size + Alignment - 1) / Alignment * Alignment;
}
