using System.Globalization;
using System.Text;

namespace Vmspawn.Cli.Texts;

/// <summary>C escapes as systemd resolves them (cunescape): <c>\n</c>, <c>\s</c>, <c>\x41</c>, <c>\101</c>, <c>\u00e4</c>, <c>\U0001f600</c>…</summary>
internal static class CEscape
{
    /// <summary>Resolves the escape whose backslash is just before <paramref name="text"/>.</summary>
    /// <param name="text">What follows the backslash.</param>
    /// <param name="output">Receives the bytes: one for an octal or <c>\x</c> escape, the UTF-8 of a character for <c>\u</c> and <c>\U</c>.</param>
    /// <returns>The number of characters in the escape, or 0 when it is invalid.</returns>
    public static int Take(ReadOnlySpan<char> text, List<byte> output)
    {
        if (text.IsEmpty)
            return 0;
        if (Letter(text[0]) is { } letter)
        {
            output.Add(letter);
            return 1;
        }

        return text[0] switch
        {
            'x' => TakeHexByte(text, output),
            'u' => TakeRune(text, 4, output),
            'U' => TakeRune(text, 8, output),
            >= '0' and <= '3' => TakeOctal(text, output),
            _ => 0,
        };
    }

    /// <summary>Resolves every escape in a text; all other characters are encoded as UTF-8.</summary>
    /// <returns>The bytes, or the position of the backslash of the first invalid escape.</returns>
    public static (byte[]? Bytes, int WrongAt) Resolve(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '\\')
            {
                i += TakePlain(text.AsSpan(i), bytes);
                continue;
            }

            var taken = Take(text.AsSpan(i + 1), bytes);
            if (taken == 0)
                return (null, i);
            i += 1 + taken;
        }

        return ([.. bytes], -1);
    }

    /// <summary>Appends the UTF-8 of the first character and returns its length in UTF-16 units.</summary>
    public static int TakePlain(ReadOnlySpan<char> text, List<byte> output)
    {
        Rune.DecodeFromUtf16(text, out var rune, out var length);
        AddRune(rune, output);
        return length;
    }

    private static byte? Letter(char c) => c switch
    {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        's' => (byte)' ',
        '\\' or '"' or '\'' => (byte)c,
        _ => null,
    };

    private static int TakeHexByte(ReadOnlySpan<char> text, List<byte> output)
    {
        if (text.Length < 3 || !byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return 0;
        output.Add(value);
        return 3;
    }

    private static int TakeOctal(ReadOnlySpan<char> text, List<byte> output)
    {
        if (text.Length < 3 || text[1] is < '0' or > '7' || text[2] is < '0' or > '7')
            return 0;
        output.Add((byte)(((text[0] - '0') << 6) | ((text[1] - '0') << 3) | (text[2] - '0')));
        return 3;
    }

    private static int TakeRune(ReadOnlySpan<char> text, int digits, List<byte> output)
    {
        if (text.Length < 1 + digits
            || !uint.TryParse(text.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.TryCreate(value, out var rune))
            return 0;
        AddRune(rune, output);
        return 1 + digits;
    }

    private static void AddRune(Rune rune, List<byte> output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        output.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
    }
}
