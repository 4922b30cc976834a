namespace Vmspawn.Options;

/// <summary>Strings that go into SMBIOS type 11: UTF-8 and, as they end in a NUL there, without any.</summary>
internal static class SmbiosText
{
    /// <summary>Reads one string, which is not empty: an empty one resets the list and is the caller's matter.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Contains('\0'))
            return new Mistake("smbios-nul", "an SMBIOS string cannot hold a NUL");
        return Utf16.IsWellFormed(text)
            ? text
            : new Mistake("smbios-utf8", "an SMBIOS string must be UTF-8", "this one is not text in UTF-8");
    }
}
