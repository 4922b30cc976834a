namespace Vmspawn.Options;

/// <summary>Machine names by systemd's rules (hostname_is_valid, machine_name_is_valid).</summary>
public static class MachineNameText
{
    /// <summary>Linux's HOST_NAME_MAX.</summary>
    public const int MaxLength = 64;

    /// <summary>Parses a name: labels of ASCII letters, digits and inner hyphens, separated by single dots.</summary>
    /// <param name="text">The text.</param>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length > MaxLength)
            return Wrong($"a name has at most {MaxLength} characters, this has {text.Length}");
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '.')
                return Wrong($"a name cannot hold {Show(c)}");
        }

        foreach (var label in text.Split('.'))
        {
            if (label.Length == 0)
                return Wrong(text.Length == 0 ? "the name is empty" : "a dot stands between two labels, not at an end or beside another dot");
            if (label[0] == '-' || label[^1] == '-')
                return Wrong("a label neither begins nor ends with a hyphen");
        }

        return text;
    }

    /// <summary>Whether a text is a valid machine name.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid(string text) => Parse(text).Mistake is null;

    private static string Show(char c) => !PlainText.IsPlain(c.ToString()) ? $"U+{(int)c:X4}" : $"\"{c}\"";

    private static Mistake Wrong(string text) =>
        new("machine-name", text, "use a host name: letters, digits, hyphens and dots");
}
