using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Copies files out of a disk image for QEMU, which takes a kernel as a file.</summary>
internal static class ImageFiles
{
    private const int ChunkSize = 1 << 18;

    /// <exception cref="IOException">The image cannot be read, or the file system is full.</exception>
    /// <exception cref="OperationCanceledException">The copying was cancelled.</exception>
    public static SafeFileHandle Copy(FilesInImage plan, CancellationToken cancel) => DiskFiles.Fill(plan.Directory, copy =>
    {
        using var image = SameFile.Open(plan.Image, writable: false, plan.Identity);
        var to = 0L;
        foreach (var file in plan.Files)
        {
            to = InitrdFacts.Aligned(to);
            foreach (var part in file)
                to = Copy(image, part, copy, to, cancel);
        }

        DiskFiles.AppendArchive(copy, plan.Tail.Span);
    });

    private static long Copy(SafeFileHandle from, Extent part, SafeFileHandle to, long at, CancellationToken cancel)
    {
        var chunk = new byte[Math.Min(ChunkSize, part.Length)];
        for (var done = 0L; done < part.Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var wanted = (int)Math.Min(chunk.Length, part.Length - done);
            var count = RandomAccess.Read(from, chunk.AsSpan(0, wanted), part.Offset + done);
            if (count == 0)
                throw new IOException("the image ends within a file of its boot partition");
            RandomAccess.Write(to, chunk.AsSpan(0, count), at + done);
            done += count;
        }

        return at + part.Length;
    }
}
