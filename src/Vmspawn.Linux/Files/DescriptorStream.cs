using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// One end of a pipe, or a terminal, as a stream that is read or written asynchronously. The descriptor's flags are not changed, so it may be
/// shared with other processes; nothing else in this process may use it meanwhile.
/// </summary>
public sealed class DescriptorStream : AsyncStream
{
    /// <summary>What a pipe that is ready takes without blocking (PIPE_BUF, pipe(7)).</summary>
    private const int AtOnce = 4096;

    private readonly SafeHandle _descriptor;
    private readonly Readiness _readiness;

    /// <summary>Takes ownership of a descriptor, even if this fails.</summary>
    /// <param name="descriptor">A pipe's end or a terminal.</param>
    /// <exception cref="LinuxException">It cannot be waited for, such as a regular file (EPERM).</exception>
    public DescriptorStream(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        _descriptor = descriptor;
        try
        {
            _readiness = new Readiness(descriptor);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Reads what there is, or waits for some; 0 at the end.</summary>
    /// <exception cref="LinuxException">It failed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (DescriptorIo.Read(_descriptor, buffer.Span) is >= 0 and var count)
                    return count;
            }
            catch (LinuxException closed) when (closed.Errno == Errno.EIO)
            {
                // A terminal whose other side is closed.
                return 0;
            }
        }
    }

    /// <summary>Writes everything.</summary>
    /// <exception cref="LinuxException">It failed: nobody reads any more (EPIPE).</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (!DescriptorIo.WaitFor(_descriptor, Libc.POLLOUT, TimeSpan.Zero))
                await _readiness.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
            var piece = buffer.Length > AtOnce ? buffer[..AtOnce] : buffer;
            buffer = buffer[Math.Max(0, DescriptorIo.Write(_descriptor, piece.Span))..];
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _readiness.Dispose();
            _descriptor.Dispose();
        }

        base.Dispose(disposing);
    }
}
