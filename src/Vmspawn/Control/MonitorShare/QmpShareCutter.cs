namespace Vmspawn.Control.MonitorShare;

/// <summary>What stands next in a program's bytes.</summary>
internal enum QmpSharePiece
{
    /// <summary>Nothing complete yet.</summary>
    None,

    /// <summary>A value: an object most likely, but not parsed.</summary>
    Value,

    /// <summary>Bytes that begin no value, or break one off.</summary>
    Stray,

    /// <summary>A value nested deeper than QEMU allows.</summary>
    TooDeep,

    /// <summary>More than the limit without an end.</summary>
    TooLong,
}

/// <summary>
/// Cuts bytes into JSON values as QEMU's own reader does (qobject/json-streamer.c): by brackets and quotes, not by
/// lines, since programs may end a command with a line end or not, and write it over several lines. After nonsense it
/// goes on at the next bracket, comma, colon or control character (docs/interop/qmp-spec, resynchronising).
/// </summary>
internal sealed class QmpShareCutter(int limit)
{
    /// <summary>MAX_NESTING of qobject/json-streamer.c.</summary>
    public const int MaxDepth = 1024;

    private const int SmallSize = 4096;

    private byte[] _bytes = new byte[SmallSize];
    private int _start;
    private int _scanned;
    private int _end;
    private int _depth;
    private byte _quote;
    private bool _escaped;
    private bool _recovering;

    /// <summary>Position of the first byte that is not yet cut, counted from the first byte ever received.</summary>
    public long Position { get; private set; }

    /// <summary>Position behind the last byte received.</summary>
    public long Received => Position + (_end - _start);

    /// <summary>Room for the next bytes: never empty. Invalidates the pieces taken before.</summary>
    public Memory<byte> Room()
    {
        if (_start == _end)
        {
            _start = _scanned = _end = 0;
            if (_bytes.Length > SmallSize)
                _bytes = new byte[SmallSize];
        }
        else if (_end == _bytes.Length)
        {
            MakeRoom();
        }

        return _bytes.AsMemory(_end);
    }

    public void Added(int count) => _end += count;

    /// <summary>Cuts the next piece off, with the white space behind it.</summary>
    public QmpSharePiece Next(out ReadOnlyMemory<byte> piece)
    {
        var found = QmpSharePiece.None;
        for (SkipSpace(); _scanned < _end && found is QmpSharePiece.None; SkipSpace())
            found = Step(_bytes[_scanned]);
        piece = _bytes.AsMemory(_start, _scanned - _start);
        if (piece.Length > limit)
            return QmpSharePiece.TooLong;
        if (found is QmpSharePiece.None)
            return found;
        Consume();
        SkipSpace();
        return found;
    }

    private QmpSharePiece Step(byte next)
    {
        if (_recovering)
            return Recover(next);
        if (_quote != 0)
            return InString(next);
        var isWord = char.IsAsciiLetterOrDigit((char)next) || next is (byte)'-' or (byte)'+' or (byte)'.';
        if (_depth == 0 && _scanned > _start && !isWord)
            return QmpSharePiece.Value;
        _scanned++;
        return next switch
        {
            (byte)'{' or (byte)'[' => ++_depth > MaxDepth ? Reset(QmpSharePiece.TooDeep) : QmpSharePiece.None,
            (byte)'}' or (byte)']' => --_depth > 0 ? QmpSharePiece.None : Reset(_depth == 0 ? QmpSharePiece.Value : QmpSharePiece.Stray),
            (byte)'"' or (byte)'\'' => Open(next),
            (byte)',' or (byte)':' => _depth > 0 ? QmpSharePiece.None : QmpSharePiece.Stray,
            (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' => QmpSharePiece.None,
            _ => isWord ? QmpSharePiece.None : BreakOff(),
        };
    }

    private QmpSharePiece InString(byte next)
    {
        _scanned++;
        if (next is < 0x20 or >= 0xfe)
            return BreakOff();
        if (_escaped)
            _escaped = false;
        else if (next == '\\')
            _escaped = true;
        else if (next == _quote)
            return Close();
        return QmpSharePiece.None;
    }

    private QmpSharePiece Open(byte quote)
    {
        _quote = quote;
        return QmpSharePiece.None;
    }

    private QmpSharePiece Close()
    {
        _quote = 0;
        return _depth == 0 ? QmpSharePiece.Value : QmpSharePiece.None;
    }

    // A line end is as good a place to go on as what follows it.
    private QmpSharePiece BreakOff()
    {
        _recovering = _bytes[_scanned - 1] >= 0x20;
        return Reset(QmpSharePiece.Stray);
    }

    private QmpSharePiece Recover(byte next)
    {
        _recovering = !(next < 0x20 || "{}[],:"u8.Contains(next));
        if (_recovering)
        {
            _scanned++;
            Consume();
        }

        return QmpSharePiece.None;
    }

    private QmpSharePiece Reset(QmpSharePiece piece)
    {
        _depth = 0;
        _quote = 0;
        _escaped = false;
        return piece;
    }

    private void SkipSpace()
    {
        if (_start != _scanned || _depth > 0 || _recovering)
            return;
        while (_scanned < _end && _bytes[_scanned] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _scanned++;
        Consume();
    }

    private void Consume()
    {
        Position += _scanned - _start;
        _start = _scanned;
    }

    private void MakeRoom()
    {
        var pending = _end - _start;
        var target = pending > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
        _bytes.AsSpan(_start, pending).CopyTo(target);
        _scanned -= _start;
        (_bytes, _start, _end) = (target, 0, pending);
    }
}
