using System.Text.Json;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Finds characters that JSON allows but QEMU rejects: lone surrogates and Unicode noncharacters
/// (is_valid_codepoint of util/unicode.c). QEMU's error for them has no id, so it could not be assigned to a program.
/// </summary>
internal static class QmpShareText
{
    private const string Problem = "JSON parse error, a string holds what is not a valid Unicode character";

    public static string? FindProblem(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = QmpShareFrameReader.MaxDepth });
        while (reader.Read())
        {
            var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            if (isText && (reader.ValueIsEscaped || reader.ValueSpan.ContainsAnyExceptInRange((byte)0, (byte)0x7f)) && HasNoncharacter(reader.GetString()!))
                return Problem;
        }

        return null;
    }

    private static bool HasNoncharacter(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= 0xfdd0 and <= 0xfdef || (rune.Value & 0xfffe) == 0xfffe)
                return true;
        }

        return false;
    }
}
