using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Reads a child's standard error and keeps its end, to quote when the child fails.</summary>
public sealed class StderrTail : IDisposable
{
    /// <summary>The number of bytes kept.</summary>
    public const int Capacity = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _pipe;
    private readonly DescriptorWriter? _passThrough;
    private readonly Readiness _readiness;
    private byte[] _kept = [];
    private int _length;

    /// <summary>Starts to read.</summary>
    /// <param name="pipe">The read end of a pipe; this object takes ownership.</param>
    /// <param name="passThrough">A descriptor to which everything is copied; the caller keeps it.</param>
    public StderrTail(SafeFileHandle pipe, SafeHandle? passThrough = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        _pipe = pipe;
        _passThrough = passThrough is null ? null : new DescriptorWriter(passThrough);
        _readiness = new Readiness(pipe);
        Ended = ReadAsync();
    }

    /// <summary>Completes when all write ends of the pipe are closed, or this object is disposed.</summary>
    public Task Ended { get; }

    /// <summary>The last bytes so far, trimmed, without an incomplete first line.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                ReadOnlySpan<byte> kept = _kept.AsSpan(0, _length);
                if (_length == Capacity)
                    kept = kept[(kept.IndexOf((byte)'\n') + 1)..];
                return Encoding.UTF8.GetString(kept).Trim();
            }
        }
    }

    /// <summary>Stops reading and closes the pipe.</summary>
    public void Dispose()
    {
        _readiness.Dispose();
        _passThrough?.Dispose();
        _pipe.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                await _readiness.WaitReadableAsync().ConfigureAwait(false);
                var count = DescriptorIo.Read(_pipe, buffer);
                if (count == 0)
                    return;
                if (count < 0)
                    continue;
                Keep(buffer.AsSpan(0, count));
                if (_passThrough is not null)
                    await _passThrough.TryWriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // Disposed: the rest is not needed.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            var surplus = Math.Max(0, _length + bytes.Length - Capacity);
            _kept.AsSpan(surplus, _length - surplus).CopyTo(_kept);
            _length -= surplus;
            if (_kept.Length < _length + bytes.Length)
                Array.Resize(ref _kept, Math.Min(Capacity, Math.Max(4096, 2 * (_length + bytes.Length))));
            bytes.CopyTo(_kept.AsSpan(_length));
            _length += bytes.Length;
        }
    }
}
