using System.Text;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// Follows which modes of the user's terminal the guest's output changes, and makes the bytes that change them back (ECMA-48,
/// console_codes(4), ctlseqs of xterm). Only what was changed is changed back, since leaving an alternate screen that was never entered
/// moves the cursor.
/// </summary>
internal sealed class TerminalChanges
{
    /// <summary>Private modes that are on in a terminal as a shell expects it: line wrap and the cursor.</summary>
    private static readonly int[] UsuallyOn = [7, 25];

    /// <summary>
    /// Private modes that are off then: cursor keys, reverse video, origin, mouse reports and their encodings, focus reports, alternate
    /// screens, bracketed paste, synchronised output. The screens come last: what is reset before applies to both.
    /// </summary>
    private static readonly int[] UsuallyOff =
        [1, 5, 6, 9, 66, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 47, 1047, 1049];

    private readonly HashSet<int> _changed = [];
    private readonly List<int> _parameters = [];
    private State _state;
    private bool _isPrivate;
    private bool _needsReset;
    private bool _hasRegion;

    private enum State
    {
        Text,
        Escape,
        Intermediate,
        Sequence,
    }

    /// <summary>The bytes that undo the changes of a guest whose output did not pass through vmspawn. They enter no screen and leave none by 1049.</summary>
    public static ReadOnlyMemory<byte> UndoUnknown { get; } = Encoding.ASCII.GetBytes(
        "\e\\\e[!p\e[?7h\e[?25h" + string.Concat(UsuallyOff.Where(mode => mode is not (47 or 1049)).Select(mode => $"\e[?{mode}l")) + "\e(B\x0f\e>\e[4l\e[0m");

    /// <summary>Parses more of the output.</summary>
    public void Follow(ReadOnlySpan<byte> output)
    {
        foreach (var next in output)
            Follow(next);
    }

    /// <summary>The bytes that undo the changes; empty when nothing but text and colours was written.</summary>
    public ReadOnlyMemory<byte> Undo()
    {
        if (!_needsReset && _changed.Count == 0 && _state == State.Text)
            return default;
        // ST ends a string that the guest began; DECSTR resets what a terminal has beside these modes.
        var undo = new StringBuilder("\e\\\e[!p\e[?7h\e[?25h");
        foreach (var mode in UsuallyOff.Where(_changed.Contains))
            undo.Append($"\e[?{mode}l");
        // Setting the region moves the cursor.
        if (_hasRegion)
            undo.Append("\e7\e[r\e8");
        undo.Append("\e(B\x0f\e>\e[4l\e[0m");
        return Encoding.ASCII.GetBytes(undo.ToString());
    }

    private void Follow(byte next)
    {
        switch (_state)
        {
            case var _ when next == 0x1b:
                _state = State.Escape;
                break;
            case State.Text:
                // SO selects the other character set.
                _needsReset |= next == 0x0e;
                break;
            case State.Escape:
                AfterEscape(next);
                break;
            case State.Intermediate:
                _state = next is >= 0x20 and <= 0x2f ? State.Intermediate : State.Text;
                break;
            case State.Sequence:
                InSequence(next);
                break;
        }
    }

    private void AfterEscape(byte next)
    {
        switch (next)
        {
            case (byte)'[':
                _state = State.Sequence;
                _isPrivate = false;
                _parameters.Clear();
                _parameters.Add(0);
                break;
            case (byte)'c':
                _changed.Clear();
                (_needsReset, _hasRegion, _state) = (false, false, State.Text);
                break;
            default:
                // Character sets, keypad modes, strings: all of them are undone in the same way.
                _needsReset = true;
                _state = next is >= 0x20 and <= 0x2f ? State.Intermediate : State.Text;
                break;
        }
    }

    private void InSequence(byte next)
    {
        switch (next)
        {
            case >= (byte)'0' and <= (byte)'9':
                _parameters[^1] = Math.Min((_parameters[^1] * 10) + next - '0', 99_999);
                break;
            case (byte)';' when _parameters.Count < 32:
                _parameters.Add(0);
                break;
            case (byte)'?':
                _isPrivate = true;
                break;
            case >= 0x40 and <= 0x7e:
                End(next);
                _state = State.Text;
                break;
        }
    }

    private void End(byte final)
    {
        switch (final)
        {
            case (byte)'h' or (byte)'l' when _isPrivate:
                foreach (var mode in _parameters)
                    Change(mode, isOn: final == (byte)'h');
                break;
            // Insert mode, cursor shapes.
            case (byte)'h' or (byte)'q':
                _needsReset = true;
                break;
            case (byte)'r' when !_isPrivate:
                (_hasRegion, _needsReset) = (true, true);
                break;
        }
    }

    private void Change(int mode, bool isOn)
    {
        if (Array.IndexOf(UsuallyOn, mode) >= 0 ? !isOn : isOn && Array.IndexOf(UsuallyOff, mode) >= 0)
            _changed.Add(mode);
        else
            _changed.Remove(mode);
    }
}
