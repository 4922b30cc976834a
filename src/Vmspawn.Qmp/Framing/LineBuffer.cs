namespace Vmspawn.Qmp;

/// <summary>Splits a byte stream into lines, in linear time and bounded memory.</summary>
internal sealed class LineBuffer(int limit)
{
    private const int SmallSize = 4096;
    private const int KeptSize = 64 * 1024;

    private byte[] _bytes = new byte[SmallSize];
    private int _start;
    private int _scanned;
    private int _end;

    /// <summary>The number of bytes without a line end yet.</summary>
    public int Pending => _end - _start;

    /// <summary>Whether these bytes are more than white space.</summary>
    public bool HasPartialLine => _bytes.AsSpan(_start, Pending).ContainsAnyExcept(" \t\r"u8);

    /// <summary>The first bytes of the line that is still incomplete.</summary>
    public ReadOnlySpan<byte> PartialLine => _bytes.AsSpan(_start, Pending);

    /// <summary>The current size of the buffer.</summary>
    internal int Capacity => _bytes.Length;

    /// <summary>The buffer for the next read, never empty. Invalidates lines returned before.</summary>
    public Memory<byte> Room()
    {
        if (_start == _end)
            StartOver();
        else if (_end == _bytes.Length)
            MakeRoom();
        return _bytes.AsMemory(_end);
    }

    /// <summary>Adds the bytes written into <see cref="Room"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Takes the next complete line, without its LF or CRLF.</summary>
    /// <exception cref="QmpProtocolFault">The line, complete or not, is longer than the limit.</exception>
    public bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        // Continues where the last scan ended, so that a long line is not scanned again for each read.
        var found = _bytes.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        var lineEnd = found < 0 ? _end : _scanned + found;
        var length = lineEnd - _start;
        if (length > 0 && _bytes[lineEnd - 1] == '\r')
            length--;
        if (length > limit)
            throw new QmpProtocolFault($"it sent a message of more than {limit} bytes");

        line = default;
        if (found < 0)
        {
            _scanned = _end;
            return false;
        }

        line = _bytes.AsSpan(_start, length);
        _start = _scanned = lineEnd + 1;
        return true;
    }

    private void StartOver()
    {
        _start = _scanned = _end = 0;
        if (_bytes.Length > KeptSize)
            _bytes = new byte[SmallSize];
    }

    // Bytes are moved only when that frees half of the array, so that each byte moves a constant number of times.
    private void MakeRoom()
    {
        var pending = Pending;
        var target = pending > _bytes.Length / 2 ? new byte[GrownSize()] : _bytes;
        _bytes.AsSpan(_start, pending).CopyTo(target);
        _bytes = target;
        _scanned -= _start;
        _start = 0;
        _end = pending;
    }

    // The line, its CRLF, and one byte to detect a longer line.
    private int GrownSize() => (int)Math.Max(Math.Min(_bytes.Length * 2L, limit + 3L), Pending + 1L);
}
