using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Catalog;

/// <summary>Writes a stream to a new file with holes for zeros: disk images are mostly empty.</summary>
internal static class SparseFile
{
    private const int Block = 64 * 1024;

    /// <summary>Copies to the end of the stream.</summary>
    /// <param name="from">The content.</param>
    /// <param name="to">An empty file.</param>
    /// <param name="progress">Is told the bytes so far.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <exception cref="IOException">The file cannot be written, such as on a full disk.</exception>
    public static async Task WriteAsync(Stream from, SafeFileHandle to, Action<long> progress, CancellationToken cancel)
    {
        var buffer = new byte[Block];
        var at = 0L;
        int count;
        while ((count = await from.ReadAtLeastAsync(buffer, Block, throwOnEndOfStream: false, cancel).ConfigureAwait(false)) > 0)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                RandomAccess.Write(to, buffer.AsSpan(0, count), at);
            at += count;
            progress(at);
        }

        RandomAccess.SetLength(to, at);
    }
}
