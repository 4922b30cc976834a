using System.Globalization;
using System.Text;

namespace Vmspawn;

/// <summary>
/// Sanitises untrusted text (from a guest, a file name, another program) before it is shown: a terminal interprets control characters, and format
/// characters such as bidirectional overrides change the display of the rest of the line.
/// </summary>
public static class PlainText
{
    /// <summary>Whether a text has no control, format or unpaired surrogate characters.</summary>
    /// <param name="text">The text.</param>
    public static bool IsPlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsPlain(rune))
                return false;
        }

        // The enumeration yields U+FFFD for a lone surrogate.
        return !HasLoneSurrogate(text);
    }

    /// <summary>Whether a string can be written as UTF-8: false for a lone surrogate, and for U+FFFD, which .NET puts in place of bytes that are not UTF-8.</summary>
    /// <param name="text">The text.</param>
    public static bool IsWellFormed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration yields U+FFFD for a lone surrogate too.
            if (rune == Rune.ReplacementChar)
                return false;
        }

        return true;
    }

    /// <summary>The text with control characters and line separators replaced by blanks, and other special characters removed.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text) => Replace(text, rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? " " : "");

    /// <summary>The text with special characters escaped: <c>\x1b</c>, <c>\u{202e}</c>.</summary>
    /// <param name="text">The text.</param>
    public static string Escape(string text) => Replace(text, rune => rune.Value < 0x100 ? $"\\x{rune.Value:x2}" : $"\\u{{{rune.Value:x}}}");

    private static string Replace(string text, Func<Rune, string> replacement)
    {
        if (IsPlain(text))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Append(IsPlain(rune) ? rune.ToString() : replacement(rune));
        return result.ToString();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}
