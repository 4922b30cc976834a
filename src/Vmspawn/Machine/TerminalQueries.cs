using System.Buffers;

namespace Vmspawn;

/// <summary>
/// Removes from a guest's past output what a terminal answers. Who asked in the guest has had an answer, so another one would be typed into whatever reads now. Everything else passes as
/// it is, in whatever pieces it comes (ECMA-48; ctlseqs of xterm; the protocols of kitty and iTerm2).
/// </summary>
internal sealed class TerminalQueries
{
    /// <summary>The longest sequence that is looked at: no query is longer, and an image of kitty comes in pieces of 4 KiB.</summary>
    private const int Longest = 8192;

    private const byte Enquiry = 0x05, Bell = 0x07, Cancel = 0x18, Substitute = 0x1a, Escape = 0x1b, Delete = 0x7f;

    // U+0080 to U+009F, which mean the same as ESC and a byte from 0x40 on, begin with this byte in UTF-8.
    private const byte EightBit = 0xc2;

    private static readonly SearchValues<byte> Special = SearchValues.Create(Enquiry, Escape, EightBit);

    private readonly byte[] _sequence = new byte[Longest];
    private int _length;
    private byte _last;
    private State _state;
    private Fate _fate;

    private enum State
    {
        Text,
        EightBit,
        Escape,
        Intermediate,
        Control,
        String,
        StringEscape,
    }

    private enum Fate
    {
        IsKept,
        Passes,
        IsDropped,
    }

    /// <summary>Copies output without its queries; a sequence that is not complete yet is kept back.</summary>
    public void Remove(ReadOnlySpan<byte> output, IBufferWriter<byte> rest)
    {
        while (output.Length > 0)
        {
            var text = _state == State.Text ? output.IndexOfAny(Special) : 0;
            if (text < 0)
                text = output.Length;
            rest.Write(output[..text]);
            output = output[text..];
            if (output.Length == 0)
                break;
            Next(output[0], rest);
            output = output[1..];
        }
    }

    /// <summary>Copies an incomplete sequence: what completes it is not of the past, and is answered rightly.</summary>
    public void End(IBufferWriter<byte> rest)
    {
        if (_state == State.StringEscape)
            Keep(Escape, rest);
        Finish(isWhole: false, rest);
    }

    private void Next(byte next, IBufferWriter<byte> rest)
    {
        switch (_state)
        {
            case State.Text:
                Begin(next, rest);
                break;
            case State.EightBit when next is not (>= 0x80 and <= 0x9f):
                // A character, whose other byte may begin something else if it is a broken one.
                Finish(isWhole: false, rest);
                Next(next, rest);
                break;
            case State.EightBit:
                Keep(next, rest);
                AfterEscape((byte)(next - 0x40), rest);
                break;
            case State.String when next == Escape:
                _state = State.StringEscape;
                break;
            case State.String:
                InString(next, rest);
                break;
            case State.StringEscape when next == '\\':
                Keep(Escape, rest);
                Keep(next, rest);
                Finish(isWhole: true, rest);
                break;
            case State.StringEscape when next == Escape && TerminalQuery.IsPassedOn(_sequence.AsSpan(0, _length)):
                // tmux takes the two for one.
                Keep(Escape, rest);
                Keep(next, rest);
                _state = State.String;
                break;
            case State.StringEscape:
                // Another sequence has ended the string.
                Finish(isWhole: true, rest);
                Next(Escape, rest);
                Next(next, rest);
                break;
            case var _ when next == Escape:
                Finish(isWhole: false, rest);
                Begin(next, rest);
                break;
            case var _ when next is Cancel or Substitute:
                Keep(next, rest);
                Finish(isWhole: false, rest);
                break;
            case var _ when next is < 0x20 or Delete:
                // Terminals obey a control character within a sequence at once.
                if (next is not Enquiry)
                    rest.Write([next]);
                break;
            case State.Escape:
                Keep(next, rest);
                AfterEscape(next, rest);
                break;
            case State.Intermediate:
                Keep(next, rest);
                // Others or the final byte follow, as in ESC ( B.
                if (next is not (>= 0x20 and <= 0x2f))
                    Finish(isWhole: true, rest);
                break;
            default:
                Keep(next, rest);
                if (next is >= 0x40 and <= 0x7e)
                    Finish(isWhole: true, rest);
                break;
        }
    }

    private void Begin(byte next, IBufferWriter<byte> rest)
    {
        if (next is Enquiry)
            return;
        if (next is not (Escape or EightBit))
        {
            rest.Write([next]);
            return;
        }

        _state = next is Escape ? State.Escape : State.EightBit;
        Keep(next, rest);
    }

    private void AfterEscape(byte next, IBufferWriter<byte> rest)
    {
        _state = next switch
        {
            (byte)'[' => State.Control,
            (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => State.String,
            >= 0x20 and <= 0x2f => State.Intermediate,
            _ => State.Text,
        };
        if (_state == State.Text)
            Finish(isWhole: true, rest);
    }

    private void InString(byte next, IBufferWriter<byte> rest)
    {
        var isEnd = next == Bell || (next == 0x9c && _last == EightBit);
        Keep(next, rest);
        if (isEnd || next is Cancel or Substitute)
            Finish(isEnd, rest);
    }

    private void Keep(byte next, IBufferWriter<byte> rest)
    {
        _last = next;
        if (_fate == Fate.IsKept && _length == Longest)
        {
            // A string of this length has an image or a clipboard; a control sequence of this length has no other use than to get past this.
            _fate = _state is State.Control ? Fate.IsDropped : Fate.Passes;
            if (_fate == Fate.Passes)
                rest.Write(_sequence);
        }

        if (_fate == Fate.IsKept)
            _sequence[_length++] = next;
        else if (_fate == Fate.Passes)
            rest.Write([next]);
    }

    private void Finish(bool isWhole, IBufferWriter<byte> rest)
    {
        var sequence = _sequence.AsSpan(0, _length);
        if (_fate == Fate.IsKept && !(isWhole && TerminalQuery.Is(sequence)))
            rest.Write(sequence);
        (_state, _fate, _length) = (State.Text, Fate.IsKept, 0);
    }
}
