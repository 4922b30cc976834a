using System.Globalization;

namespace Vmspawn.Options;

/// <summary><c>--private-users=UIDBASE[:NUIDS]</c>.</summary>
internal static class PrivateUsersText
{
    private const string Form = "write UIDBASE[:NUIDS], such as 100000:65536";

    /// <summary>Reads a range; nothing at all takes an earlier one back.</summary>
    public static Parsed<IdRange?> Parse(string text)
    {
        if (text.Length == 0)
            return (IdRange?)null;
        var parts = text.Split(':');
        if (parts.Length > 2 || !TryRead(parts[0], out var first) || !TryRead(parts.Length == 2 ? parts[1] : $"{IdRange.DefaultCount}", out var count))
            return new Mistake("private-users", "this is no range of user ids", Form);
        // The last number of all is no id: it says "none" (chown(2)).
        return count > 0 && (ulong)first + count <= uint.MaxValue
            ? new IdRange(first, count)
            : new Mistake("private-users", "a range has at least one id and ends at 4294967294", Form);
    }

    private static bool TryRead(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
