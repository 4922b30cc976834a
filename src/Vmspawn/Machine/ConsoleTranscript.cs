using System.Text;

namespace Vmspawn;

/// <summary>
/// The text of a console's bytes. It is made when somebody looks at it, so a machine whose text nobody reads costs none. All members may be used from
/// any thread.
/// </summary>
internal sealed class ConsoleTranscript
{
    /// <summary>Linux, kernel/panic.c.</summary>
    private const string PanicMark = "Kernel panic - not syncing";

    /// <summary>A line that arrives in pieces is searched as a whole.</summary>
    private const int LongestLine = 1024;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly ConsoleText _decoder = new();
    private readonly ConsoleBytes _bytes;
    private readonly ConsoleReader _reader;
    private readonly int _limit;
    private string? _panic;
    private long _start;

    /// <param name="bytes">The bytes.</param>
    /// <param name="limit">How many characters are kept.</param>
    public ConsoleTranscript(ConsoleBytes bytes, int limit) =>
        (_bytes, _reader, _limit) = (bytes, bytes.Open(withHistory: true, holdsGuest: false), limit);

    /// <summary>The text that is kept.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                CatchUp();
                return _text.ToString();
            }
        }
    }

    /// <summary>The kernel's line about its panic, or null.</summary>
    public string? Panic
    {
        get
        {
            lock (_lock)
            {
                CatchUp();
                return _panic;
            }
        }
    }

    /// <summary>The position after the newest character.</summary>
    public long End
    {
        get
        {
            lock (_lock)
            {
                CatchUp();
                return _start + _text.Length;
            }
        }
    }

    /// <summary>The text after a position; the position moves on where its text was removed.</summary>
    public string After(ref long position)
    {
        lock (_lock)
        {
            CatchUp();
            position = Math.Max(position, _start);
            var index = (int)(position - _start);
            return _text.ToString(index, _text.Length - index);
        }
    }

    private void CatchUp()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (_bytes.Read(_reader, buffer).Count is > 0 and var count)
        {
            var from = Math.Max(0, _text.Length - LongestLine);
            _decoder.Decode(buffer[..count], _text);
            _panic ??= PanicIn(_text.ToString(from, _text.Length - from));
            // Removed in larger pieces, because a removal moves what follows.
            if (_text.Length > _limit + (_limit / 4))
            {
                var removed = _text.Length - _limit;
                _text.Remove(0, removed);
                _start += removed;
            }
        }
    }

    /// <summary>The line of a panic once it is complete.</summary>
    private static string? PanicIn(string text)
    {
        var at = text.IndexOf(PanicMark, StringComparison.Ordinal);
        var end = at < 0 ? -1 : text.IndexOf('\n', at);
        return end < 0 ? null : text[at..end];
    }
}
