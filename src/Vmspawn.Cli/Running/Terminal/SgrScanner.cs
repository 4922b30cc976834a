namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// Parses a terminal's output byte by byte and detects when the background has become the default: by an SGR sequence
/// with 0 or 49 and no other background after it, or by a reset (ECMA-48 8.3.117; console_codes(4)).
/// </summary>
internal sealed class SgrScanner
{
    private State _state;
    private int _parameter;
    private bool _subParameters;
    private bool _resets;
    private int _skip;
    private bool _isColour;

    private enum State
    {
        Text,
        Escape,
        Sequence,
        OtherSequence,
    }

    /// <returns>Whether the background is the default after this byte, and was perhaps not before.</returns>
    public bool ResetsBackground(byte next)
    {
        if (next == 0x1b)
            _state = State.Escape;
        else if (_state == State.Escape)
            return AfterEscape(next);
        else if (_state is State.Sequence or State.OtherSequence)
            return InSequence(next);
        return false;
    }

    private bool AfterEscape(byte next)
    {
        _state = next == (byte)'[' ? State.Sequence : State.Text;
        (_parameter, _subParameters, _resets, _skip, _isColour) = (0, false, false, 0, false);
        return next == (byte)'c';
    }

    private bool InSequence(byte next)
    {
        switch (next)
        {
            case >= (byte)'0' and <= (byte)'9':
                if (!_subParameters)
                    _parameter = Math.Min((_parameter * 10) + next - '0', 9999);
                return false;
            case (byte)':':
                _subParameters = true;
                return false;
            case (byte)';':
                EndParameter();
                return false;
            case >= 0x40 and <= 0x7e:
                var isSgr = _state == State.Sequence && next == (byte)'m';
                EndParameter();
                _state = State.Text;
                return isSgr && _resets;
            case >= 0x20 and <= 0x3f:
                // A private or intermediate byte: not SGR, regardless of the final byte.
                _state = State.OtherSequence;
                return false;
            default:
                return false;
        }
    }

    private void EndParameter()
    {
        var parameter = _parameter;
        var subParameters = _subParameters;
        (_parameter, _subParameters) = (0, false);
        if (_isColour)
        {
            // 38, 48 and 58 are followed by 5 and an index, or by 2 and three shades.
            (_isColour, _skip) = (false, parameter switch { 5 => 1, 2 => 3, _ => 0 });
            return;
        }
        if (_skip > 0)
        {
            _skip--;
            return;
        }
        if (parameter is 0 or 49)
            _resets = true;
        else if (parameter is (>= 40 and <= 48) or (>= 100 and <= 107))
            _resets = false;
        _isColour = parameter is 38 or 48 or 58 && !subParameters;
    }
}
