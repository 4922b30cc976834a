using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Host;

/// <summary>Copies a file. Chunks of zeros become holes: overlays, and variables of some platforms, are hardly anything else.</summary>
internal static class SparseCopy
{
    private const int ChunkSize = 1 << 16;

    /// <param name="from">Open for reading.</param>
    /// <param name="to">An empty file, open for writing.</param>
    /// <param name="cancel">Ends it between two chunks.</param>
    /// <exception cref="IOException">One cannot be read, or the other's file system is full.</exception>
    public static void Run(SafeFileHandle from, SafeFileHandle to, CancellationToken cancel)
    {
        var chunk = new byte[ChunkSize];
        var at = 0L;
        for (int count; (count = RandomAccess.Read(from, chunk, at)) > 0; at += count)
        {
            cancel.ThrowIfCancellationRequested();
            if (chunk.AsSpan(0, count).IndexOfAnyExcept((byte)0) >= 0)
                RandomAccess.Write(to, chunk.AsSpan(0, count), at);
        }

        RandomAccess.SetLength(to, at);
    }
}
