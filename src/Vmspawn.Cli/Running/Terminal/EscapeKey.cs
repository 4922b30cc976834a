namespace Vmspawn.Cli.Running.Terminal;

/// <summary>Detects Ctrl-] pressed three times within a second, with no other key in between.</summary>
internal sealed class EscapeKey(TimeProvider time)
{
    private const byte ControlBracket = 0x1d;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private long _first;
    private long _second;
    private int _count;

    /// <summary>Examines input.</summary>
    /// <returns>Whether it contains the third press.</returns>
    public bool IsPressedIn(ReadOnlySpan<byte> typed)
    {
        foreach (var key in typed)
        {
            if (key != ControlBracket)
                _count = 0;
            else if (Press(time.GetTimestamp()))
                return true;
        }
        return false;
    }

    private bool Press(long now)
    {
        if (_count == 2 && time.GetElapsedTime(_first, now) <= Window)
        {
            _count = 0;
            return true;
        }
        // The oldest press is dropped, so that any three in a row count.
        if (_count > 0)
            _first = _second;
        _second = now;
        if (_count == 0)
            _first = now;
        _count = Math.Min(_count + 1, 2);
        return false;
    }
}
