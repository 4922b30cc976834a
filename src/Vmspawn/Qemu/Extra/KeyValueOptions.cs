using System.Text;

namespace Vmspawn.Qemu.Extra;

/// <summary>QEMU's <c>a=b,c=d</c>: a doubled comma is a literal comma, and a first word without <c>=</c> is the value of the implied key.</summary>
internal static class KeyValueOptions
{
    /// <summary>The pairs; the last one of a key is used; null when a pair has no key.</summary>
    public static Dictionary<string, string>? Parse(string text, string impliedKey)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        var isFirst = true;
        foreach (var part in Split(text))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals == 0)
                return null;
            if (equals > 0)
                pairs[part[..equals]] = part[(equals + 1)..];
            else if (isFirst)
                pairs[impliedKey] = part;
            else
                // A key alone means "on" (deprecated in QEMU, but still accepted).
                pairs[part] = "on";
            isFirst = false;
        }

        return pairs;
    }

    private static IEnumerable<string> Split(string text)
    {
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ',')
            {
                part.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == ',')
            {
                part.Append(',');
                i++;
            }
            else
            {
                yield return part.ToString();
                part.Clear();
            }
        }

        yield return part.ToString();
    }
}
