using System.Text;

namespace Vmspawn.Boot;

/// <summary>Parses os-release(5): assignments with shell quoting.</summary>
internal static class OsRelease
{
    /// <summary>Accepts any text; lines that are not assignments are skipped.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var equals = line.IndexOf('=');
            if (equals > 0 && !line.StartsWith('#'))
                values[line[..equals].Trim().ToString()] = Unquote(line[(equals + 1)..].Trim());
        }

        return values;
    }

    private static string Unquote(ReadOnlySpan<char> text)
    {
        var quote = '\0';
        var value = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote != '\'' && i + 1 < text.Length)
                value.Append(text[++i]);
            else if (text[i] == quote)
                quote = '\0';
            else if (quote == '\0' && text[i] is '"' or '\'')
                quote = text[i];
            else
                value.Append(text[i]);
        }

        return value.ToString();
    }
}
