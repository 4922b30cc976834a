using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Writes to a descriptor that may be shared with other processes, such as standard output: its flags are not
/// changed, and waiting for a slow reader does not block a thread.
/// </summary>
public sealed class DescriptorWriter : IDisposable
{
    /// <summary>The number of bytes that a writable pipe accepts without blocking (PIPE_BUF, pipe(7)).</summary>
    private const int AtOnce = 4096;

    private readonly SafeHandle _descriptor;
    private readonly Readiness? _readiness;

    /// <summary>Creates a writer; the caller keeps the descriptor. A closed descriptor sets <see cref="Failure"/>.</summary>
    public DescriptorWriter(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        _descriptor = descriptor;
        try
        {
            _readiness = new Readiness(descriptor);
        }
        catch (LinuxException error)
        {
            Failure = error;
        }
    }

    /// <summary>The error that ended writing, such as EPIPE; null without one.</summary>
    public LinuxException? Failure { get; private set; }

    /// <summary>Writes everything. Not for concurrent callers.</summary>
    /// <returns>False after a <see cref="Failure"/>: the bytes are lost.</returns>
    /// <exception cref="ObjectDisposedException">Disposed meanwhile.</exception>
    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (Failure is null && !bytes.IsEmpty)
            {
                await _readiness!.WaitWritableAsync().ConfigureAwait(false);
                var count = DescriptorIo.Write(_descriptor, bytes.Span[..Math.Min(bytes.Length, AtOnce)]);
                bytes = bytes[Math.Max(0, count)..];
            }
        }
        catch (LinuxException error)
        {
            Failure = error;
        }
        return Failure is null;
    }

    /// <summary>Ends a pending wait.</summary>
    public void Dispose() => _readiness?.Dispose();
}
