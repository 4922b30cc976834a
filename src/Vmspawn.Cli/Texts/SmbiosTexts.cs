using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Strings for SMBIOS type 11: UTF-8 without NUL, because SMBIOS terminates them by NUL.</summary>
internal static class SmbiosText
{
    /// <summary>Parses one string, not empty: the caller handles an empty value, which resets the list.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Contains('\0'))
            return new Mistake("smbios-nul", "an SMBIOS string cannot hold a NUL");
        return PlainText.IsWellFormed(text)
            ? text
            : new Mistake("smbios-utf8", "an SMBIOS string must be UTF-8", "this one is not text in UTF-8");
    }
}

/// <summary>UUIDs: 32 hexadecimal digits, with or without the four dashes; not all zero.</summary>
internal static class UuidText
{
    /// <summary>Parses a UUID.</summary>
    public static Parsed<Guid> Parse(string text)
    {
        // Guid.TryParse would also accept surrounding blanks and signs.
        var format = text.Length == 32 ? "N" : text.Length == 36 ? "D" : null;
        if (format is null || !text.All(c => char.IsAsciiHexDigit(c) || c == '-') || !Guid.TryParseExact(text, format, out var uuid))
            return new Mistake("uuid", "this is not a UUID", "write it like 3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7");
        return uuid == Guid.Empty
            ? new Mistake("uuid-zero", "a machine's UUID cannot be all zero", "uuidgen makes one")
            : uuid;
    }
}
