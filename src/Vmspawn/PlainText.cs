using System.Globalization;
using System.Text;

namespace Vmspawn;

/// <summary>
/// Text from elsewhere (a guest, a file name, another program) before it is shown: a terminal obeys control characters, and format
/// characters such as bidirectional overrides change how the rest of the line reads.
/// </summary>
internal static class PlainText
{
    /// <summary>Whether every character of a text is shown as itself.</summary>
    public static bool IsPlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsPlain(rune))
                return false;
        }

        // A lone surrogate is enumerated as U+FFFD.
        return !HasLoneSurrogate(text);
    }

    /// <summary>The text without what is not plain: a blank for control characters and line separators, nothing for the rest.</summary>
    public static string Of(string text) => Replace(text, rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? " " : "");

    /// <summary>The text with what is not plain made visible: <c>\x1b</c>, <c>\u{202e}</c>.</summary>
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
