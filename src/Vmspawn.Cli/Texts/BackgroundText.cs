using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--background=</c>: the parameters of an SGR sequence (ECMA-48, 8.3.117). Nothing else is accepted, because the value is written to the terminal.</summary>
internal static class BackgroundText
{
    private const int MaxLength = 32;

    /// <summary>Parses numbers from 0 to 255, separated by semicolons or colons; an empty value means no colour.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length == 0)
            return text;
        var valid = text.Length <= MaxLength;
        foreach (var number in text.Split(';', ':'))
            valid &= CountText.Parse(number, 0, 255).Mistake is null;
        return valid
            ? text
            : new Mistake("background", "this is not a colour of a terminal", "write an SGR colour such as 44 or 48;2;0;20;0, or nothing for none");
    }
}
