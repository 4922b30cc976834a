using System.Text;

namespace Vmspawn.Options;

/// <summary>Whether a string can be written as UTF-8.</summary>
internal static class Utf16
{
    /// <summary>False for a lone surrogate, and for the sign that stands where an argument was not UTF-8.</summary>
    public static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration shows a lone surrogate as U+FFFD too.
            if (rune == Rune.ReplacementChar)
                return false;
        }

        return true;
    }
}
