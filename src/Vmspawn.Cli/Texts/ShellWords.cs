using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Splits a text into words at blanks, with systemd's rules for quotes and backslashes
/// (extract_first_word with EXTRACT_UNQUOTE and EXTRACT_CUNESCAPE).</summary>
/// <remarks>Both kinds of quotes preserve blanks and resolve C escapes; a quote may begin within a word. An escaped blank is a blank,
/// which systemd refuses.</remarks>
internal static class ShellWords
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses all words.</summary>
    public static Parsed<IReadOnlyList<string>> Parse(string text)
    {
        var words = new List<string>();
        var at = 0;
        while (SkipBlanks(text, ref at))
        {
            var start = at;
            var bytes = new List<byte>();
            if (TakeWord(text, ref at, bytes) is { } mistake)
                return mistake;
            if (Decode(bytes) is not { } word)
                return new Mistake("words-utf8", $"the word at position {start + 1} is not UTF-8 after its escapes", "write characters as \\uNNNN");
            words.Add(word);
        }

        return words;
    }

    private static bool SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && IsBlank(text[at]))
            at++;
        return at < text.Length;
    }

    private static Mistake? TakeWord(string text, ref int at, List<byte> word)
    {
        var quotedFrom = -1;
        while (at < text.Length)
        {
            var c = text[at];
            if (quotedFrom < 0 && IsBlank(c))
                return null;
            if (c == '\\')
            {
                if (TakeEscape(text, ref at, word) is { } mistake)
                    return mistake;
            }
            else if (quotedFrom >= 0 ? c == text[quotedFrom] : c is '\'' or '"')
            {
                quotedFrom = quotedFrom >= 0 ? -1 : at;
                at++;
            }
            else
            {
                at += CEscape.TakePlain(text.AsSpan(at), word);
            }
        }

        return quotedFrom < 0
            ? null
            : new Mistake("words-quote", $"the {text[quotedFrom]} at position {quotedFrom + 1} is not closed", "quote blanks as in \"a b\", and write \\\" for the sign itself");
    }

    private static Mistake? TakeEscape(string text, ref int at, List<byte> word)
    {
        var taken = CEscape.Take(text.AsSpan(at + 1), word);
        if (taken == 0 && at + 1 < text.Length && IsBlank(text[at + 1]))
        {
            word.Add((byte)text[at + 1]);
            taken = 1;
        }

        if (taken == 0)
            return new Mistake("words-escape", $"the backslash at position {at + 1} begins no escape", "write \\\\ for a backslash");
        at += 1 + taken;
        if (word[^1] == 0)
            return new Mistake("words-nul", $"the escape before position {at + 1} makes a NUL, which no argument can hold");
        return null;
    }

    private static string? Decode(List<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // systemd's WHITESPACE.
    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';
}
