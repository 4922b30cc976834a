using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Writes to a descriptor that may be shared with other processes, such as our standard output: its flags are left
/// alone, and a slow consumer is waited for without holding a thread.
/// </summary>
public sealed class DescriptorWriter : IDisposable
{
    /// <summary>What a pipe takes without blocking once it says that it can be written (PIPE_BUF, pipe(7)).</summary>
    private const int AtOnce = 4096;

    private readonly SafeHandle _descriptor;
    private readonly Readiness? _readiness;

    /// <summary>Creates a writer; the descriptor stays the caller's. One that is closed is a <see cref="Failure"/>.</summary>
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

    /// <summary>Why nothing can be written any more, such as EPIPE; null as long as all went well.</summary>
    public LinuxException? Failure { get; private set; }

    /// <summary>Writes everything. One caller at a time.</summary>
    /// <returns>False when there is a <see cref="Failure"/>, now or before: the bytes are lost.</returns>
    /// <exception cref="ObjectDisposedException">Disposed meanwhile.</exception>
    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (Failure is null && !bytes.IsEmpty)
            {
                await _readiness!.WaitWritableAsync();
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

    /// <summary>Ends a wait.</summary>
    public void Dispose() => _readiness?.Dispose();
}
