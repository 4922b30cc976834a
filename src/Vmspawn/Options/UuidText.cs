namespace Vmspawn.Options;

/// <summary>UUIDs: 32 hexadecimal digits, plain or with the four dashes in their places; never all zero.</summary>
internal static class UuidText
{
    /// <summary>Reads a UUID.</summary>
    public static Parsed<Guid> Parse(string text)
    {
        // Guid's own parser would also take blanks around it and signs within.
        var format = text.Length == 32 ? "N" : text.Length == 36 ? "D" : null;
        if (format is null || !text.All(c => char.IsAsciiHexDigit(c) || c == '-') || !Guid.TryParseExact(text, format, out var uuid))
            return new Mistake("uuid", "this is not a UUID", "write it like 3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7");
        return uuid == Guid.Empty
            ? new Mistake("uuid-zero", "a machine's UUID cannot be all zero", "uuidgen makes one")
            : uuid;
    }
}
