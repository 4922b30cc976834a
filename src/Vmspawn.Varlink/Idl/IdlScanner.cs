using System.Text;

namespace Vmspawn.Varlink;

/// <summary>A place in the text, from 1.</summary>
internal readonly record struct IdlPosition(int Line, int Column);

/// <summary>
/// Splits the text of an interface into tokens. Comments on separate lines are collected as documentation of what
/// follows; an empty line discards them, so that a licence at the top is not documentation.
/// </summary>
internal sealed class IdlScanner(string text)
{
    private readonly StringBuilder _docs = new();
    private int _docLines;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The word or mark at the scanner; empty at the end of the text.</summary>
    public ReadOnlySpan<char> Token => text.AsSpan(TokenStart, _at - TokenStart);

    public IdlPosition Position { get; private set; }

    private int TokenStart { get; set; }

    public bool AtEnd => TokenStart == text.Length;

    /// <summary>The comment lines right before the token.</summary>
    public string Docs => _docs.ToString();

    public void Next()
    {
        ForgetDocs();
        SkipBlanks();
        TokenStart = _at;
        Position = new IdlPosition(_line, _at - _lineStart + 1);
        if (_at == text.Length)
            return;
        while (AtWordPart())
            _at++;
        if (_at == TokenStart)
            _at += MarkLength();
    }

    // Interface names have hyphens, but an arrow may follow without a blank.
    private bool AtWordPart() =>
        _at < text.Length && IsWordPart(text[_at]) && !text.AsSpan(_at).StartsWith("->");

    private int MarkLength()
    {
        var rest = text.AsSpan(_at);
        return rest.StartsWith("[string]") ? "[string]".Length
            : rest.StartsWith("[]") || rest.StartsWith("->") ? 2
            : char.IsHighSurrogate(rest[0]) && rest.Length > 1 ? 2
            : 1;
    }

    private void SkipBlanks()
    {
        var emptyLine = _at == _lineStart;
        for (; _at < text.Length; _at++)
        {
            var c = text[_at];
            if (IsLineEnd(c))
            {
                if (emptyLine)
                    ForgetDocs();
                EndLine();
                emptyLine = true;
            }
            else if (c == '#')
            {
                Comment(isDocs: emptyLine);
                emptyLine = false;
            }
            else if (!IsBlank(c))
            {
                return;
            }
        }
    }

    // Leaves the scanner on the comment's last character.
    private void Comment(bool isDocs)
    {
        var start = _at + 1;
        while (_at + 1 < text.Length && !IsLineEnd(text[_at + 1]))
            _at++;
        if (!isDocs)
            return;
        if (start <= _at && text[start] == ' ')
            start++;
        if (_docLines++ > 0)
            _docs.Append('\n');
        // Characters that some readers treat as line ends would not survive printing and parsing.
        foreach (var c in text.AsSpan(start, _at + 1 - start))
            _docs.Append(InterfaceRules.LineEnds.Contains(c) ? ' ' : c);
    }

    private void EndLine()
    {
        if (text[_at] == '\r' && _at + 1 < text.Length && text[_at + 1] == '\n')
            _at++;
        _line++;
        _lineStart = _at + 1;
    }

    private void ForgetDocs()
    {
        _docs.Clear();
        _docLines = 0;
    }

    private static bool IsLineEnd(char c) => c is '\n' or '\r' or '\u2028' or '\u2029';

    private static bool IsBlank(char c) =>
        c is ' ' or '\t' or '\u00a0' or '\ufeff' or '\u1680' or '\u180e' or '\u202f' or '\u205f' or '\u3000'
        or (>= '\u2000' and <= '\u200a');

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';
}
