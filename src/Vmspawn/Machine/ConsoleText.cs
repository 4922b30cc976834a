using System.Text;

namespace Vmspawn;

/// <summary>
/// Makes text of what a guest writes to its console: UTF-8 is decoded, and terminal sequences (ECMA-48: escape, control and string sequences),
/// carriage returns and other control characters except line feeds and tabs are removed. Bytes may come in any pieces.
/// </summary>
internal sealed class ConsoleText
{
    private const char Escape = '\e';
    private const char Bell = '\a';

    // The eight-bit forms of ESC [, ESC P, ESC X, ESC ], ESC ^, ESC _ and ESC \.
    private const char Csi = '\x9b';
    private const string StringStarts = "\x90\x98\x9d\x9e\x9f";
    private const char StringEnd = '\x9c';

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private State _state;

    private enum State
    {
        Text,
        Escape,
        Control,
        String,
        StringEscape,
    }

    /// <summary>Appends the text of the next bytes.</summary>
    public void Decode(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        Span<char> characters = stackalloc char[512];
        while (bytes.Length > 0)
        {
            _decoder.Convert(bytes, characters, flush: false, out var used, out var count, out _);
            foreach (var character in characters[..count])
            {
                if (IsText(character))
                    text.Append(character);
            }

            bytes = bytes[used..];
        }
    }

    private bool IsText(char character)
    {
        switch (_state)
        {
            case State.Text when character == Escape:
                _state = State.Escape;
                return false;
            case State.Text when character == Csi:
                _state = State.Control;
                return false;
            case State.Text when StringStarts.Contains(character):
                _state = State.String;
                return false;
            case State.Text:
                return character is '\n' or '\t' || !char.IsControl(character);
            case State.Escape:
                _state = AfterEscape(character);
                return false;
            case State.Control:
                // Parameters and intermediates are 0x20 to 0x3f, the final byte is 0x40 to 0x7e.
                if (character is >= '@' and <= '~')
                    _state = State.Text;
                else if (character == Escape)
                    _state = State.Escape;
                return false;
            case State.StringEscape:
                _state = character == '\\' ? State.Text : AfterEscape(character);
                return false;
            default:
                _state = character switch
                {
                    Bell or StringEnd => State.Text,
                    Escape => State.StringEscape,
                    // A line feed ends a string that nothing else has ended, so that the rest of the console is not lost.
                    '\n' => State.Text,
                    _ => State.String,
                };
                return character == '\n';
        }
    }

    private static State AfterEscape(char character) => character switch
    {
        '[' => State.Control,
        'P' or 'X' or ']' or '^' or '_' => State.String,
        // Intermediates (ESC ( B) are followed by one final byte.
        >= ' ' and <= '/' => State.Escape,
        Escape => State.Escape,
        _ => State.Text,
    };
}
