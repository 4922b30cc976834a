using System.Text;

namespace Vmspawn.Options;

/// <summary>Whether a string can be written as UTF-8.</summary>
internal static class Utf16
{
    /// <summary>False for a lone surrogate, and for U+FFFD, which .NET puts in place of bytes that are not UTF-8.</summary>
    public static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration yields U+FFFD for a lone surrogate too.
            if (rune == Rune.ReplacementChar)
                return false;
        }

        return true;
    }
}
