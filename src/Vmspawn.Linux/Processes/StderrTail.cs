using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Reads a child's messages to the end and keeps the last of them, to quote when it fails.</summary>
public sealed class StderrTail : IDisposable
{
    /// <summary>How many bytes are kept.</summary>
    public const int Capacity = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _pipe;
    private readonly DescriptorWriter? _passThrough;
    private readonly Readiness _readiness;
    private byte[] _kept = [];
    private int _length;

    /// <summary>Begins to read.</summary>
    /// <param name="pipe">The read end of a pipe, owned from now on.</param>
    /// <param name="passThrough">Where everything is written to as well; stays the caller's.</param>
    public StderrTail(SafeFileHandle pipe, SafeHandle? passThrough = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        _pipe = pipe;
        _passThrough = passThrough is null ? null : new DescriptorWriter(passThrough);
        _readiness = new Readiness(pipe);
        Ended = ReadAsync();
    }

    /// <summary>Completes when everybody who could write has closed the pipe, or this is disposed.</summary>
    public Task Ended { get; }

    /// <summary>The last bytes so far, without the line that was cut at their beginning and without blanks around.</summary>
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
                await _readiness.WaitReadableAsync();
                var count = DescriptorIo.Read(_pipe, buffer);
                if (count == 0)
                    return;
                if (count < 0)
                    continue;
                Keep(buffer.AsSpan(0, count));
                if (_passThrough is not null)
                    await _passThrough.TryWriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (ObjectDisposedException)
        {
            // Nobody wants the rest.
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
