namespace Vmspawn.Control.MonitorShare;

/// <summary>The kind of the next piece of input.</summary>
internal enum QmpSharePiece
{
    /// <summary>No complete piece yet.</summary>
    None,

    /// <summary>A JSON value, usually an object; not parsed yet.</summary>
    Value,

    /// <summary>Invalid bytes, or a value that is cut short.</summary>
    Stray,

    /// <summary>A value nested deeper than QEMU allows.</summary>
    TooDeep,

    /// <summary>A value longer than the limit.</summary>
    TooLong,
}

/// <summary>
/// Splits bytes into JSON values as QEMU's parser does (qobject/json-streamer.c): by brackets and quotes, not by
/// lines, because a command may span several lines and need not end with a line feed. After invalid input it
/// continues at the next bracket, comma, colon or control character (docs/interop/qmp-spec, resynchronising).
/// </summary>
internal sealed class QmpShareFrameReader(int limit)
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

    /// <summary>Offset in the whole stream of the first byte that is not yet returned.</summary>
    public long Position { get; private set; }

    /// <summary>Offset in the whole stream behind the last byte received.</summary>
    public long Received => Position + (_end - _start);

    /// <summary>The buffer for the next read, never empty. Invalidates the pieces returned before.</summary>
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

    /// <summary>Returns the next piece, and skips the white space behind it.</summary>
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

    // Parsing can continue at a line end as well as after it.
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
