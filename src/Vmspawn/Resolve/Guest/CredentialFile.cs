using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Resolve;

/// <summary>Reads a credential from a file, a pipe, or a socket that sends it after the connect.</summary>
internal static class CredentialFile
{
    private const int ChunkSize = 16 << 10;

    /// <summary>Time limit for a pipe or a socket to send all of it.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>At most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="IOException">It cannot be read, or did not end in time.</exception>
    public static Task<byte[]> ReadAsync(string path, int limit, CancellationToken cancel) => ReadAsync(path, limit, Bound, cancel);

    /// <inheritdoc cref="ReadAsync(string, int, CancellationToken)"/>
    internal static async Task<byte[]> ReadAsync(string path, int limit, TimeSpan bound, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(bound);
        try
        {
            using var file = TryOpen(path);
            if (file is null)
                return await FromSocketAsync(path, limit, clock.Token).ConfigureAwait(false);
            return FileFacts.Of(file).Kind == FileKind.Regular ? FromFile(file, limit) : await FromPipeAsync(file, limit, clock.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"its end did not come within {bound.TotalSeconds:0.#} s", late);
        }
    }

    /// <summary>The open file; null for a socket, which cannot be opened.</summary>
    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return OpenFile.Open(path, writable: false);
        }
        catch (LinuxException error) when (error.Errno == Errno.ENXIO)
        {
            return null;
        }
    }

    private static byte[] FromFile(SafeFileHandle file, int limit)
    {
        // Files of /proc and /sys report a size of 0.
        using var content = new MemoryStream();
        var chunk = new byte[ChunkSize];
        while (content.Length < limit
            && RandomAccess.Read(file, chunk.AsSpan(0, (int)Math.Min(chunk.Length, limit - content.Length)), content.Length) is > 0 and var count)
            content.Write(chunk, 0, count);
        return content.ToArray();
    }

    private static async Task<byte[]> FromPipeAsync(SafeFileHandle pipe, int limit, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        using var readiness = new Readiness(pipe);
        var chunk = new byte[ChunkSize];
        while (content.Length < limit)
        {
            await readiness.WaitReadableAsync(cancel).ConfigureAwait(false);
            var count = DescriptorIo.Read(pipe, chunk.AsSpan(0, (int)Math.Min(chunk.Length, limit - content.Length)));
            if (count == 0)
                break;
            await content.WriteAsync(chunk.AsMemory(0, Math.Max(0, count)), cancel).ConfigureAwait(false);
        }

        return content.ToArray();
    }

    private static async Task<byte[]> FromSocketAsync(string path, int limit, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        var connection = await UnixConnection.ConnectAsync(path, cancel).ConfigureAwait(false);
        await using var connectionDisposal = connection.ConfigureAwait(false);
        using var descriptors = new DescriptorQueue();
        var chunk = new byte[ChunkSize];
        while (content.Length < limit && await connection.ReceiveAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, limit - content.Length)), descriptors, cancel).ConfigureAwait(false) is > 0 and var count)
            await content.WriteAsync(chunk.AsMemory(0, count), cancel).ConfigureAwait(false);
        return content.ToArray();
    }
}
