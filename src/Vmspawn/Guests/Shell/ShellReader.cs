using System.Buffers;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Guests.Shell;

/// <summary>Reads lines, and the data that lines announce.</summary>
internal sealed class ShellReader(UnixConnection port) : IDisposable
{
    /// <summary>Longer lines are cut at their beginning: only what an earlier session has left can be longer.</summary>
    private const int LongestLine = 4096;

    private readonly DescriptorQueue _none = new(0);
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <returns>The next line; null at the end.</returns>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancel)
    {
        var line = new ArrayBufferWriter<byte>(128);
        while (true)
        {
            if (_start == _end && !await FillAsync(cancel).ConfigureAwait(false))
                return null;
            var rest = _buffer.AsMemory(_start, _end - _start);
            var at = rest.Span.IndexOf((byte)'\n');
            line.Write(at < 0 ? rest.Span : rest.Span[..at]);
            _start = at < 0 ? _end : _start + at + 1;
            if (at >= 0)
                return Encoding.UTF8.GetString(line.WrittenSpan[Math.Max(0, line.WrittenCount - LongestLine)..]);
            if (line.WrittenCount > 2 * LongestLine)
            {
                var last = line.WrittenSpan[^LongestLine..].ToArray();
                line.ResetWrittenCount();
                line.Write(last);
            }
        }
    }

    /// <summary>Reads data.</summary>
    /// <param name="count">The number of bytes.</param>
    /// <param name="data">Receives them in pieces.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>False when the stream ended before.</returns>
    public async ValueTask<bool> ReadDataAsync(int count, Action<ReadOnlySpan<byte>> data, CancellationToken cancel)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync(cancel).ConfigureAwait(false))
                return false;
            var piece = Math.Min(count, _end - _start);
            data(_buffer.AsSpan(_start, piece));
            _start += piece;
            count -= piece;
        }

        return true;
    }

    public void Dispose() => _none.Dispose();

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        (_start, _end) = (0, await port.ReceiveAsync(_buffer, _none, cancel).ConfigureAwait(false));
        return _end > 0;
    }
}
