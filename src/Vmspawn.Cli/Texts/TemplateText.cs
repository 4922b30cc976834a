using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--template=[FORMAT:]PATH</c>.</summary>
internal static class TemplateText
{
    /// <summary>Parses a template; a prefix that is not a format is part of the path, and an empty value resets the option.</summary>
    public static Parsed<TemplateImage?> Parse(string text)
    {
        if (text.Length == 0)
            return (TemplateImage?)null;
        foreach (var (word, format) in OptionWords.ImageFormats)
        {
            if (text.StartsWith($"{word}:", StringComparison.Ordinal))
            {
                var path = text[(word.Length + 1)..];
                return path.Length == 0 ? new Mistake("template", "there is no path", "write [FORMAT:]PATH") : new TemplateImage(path, format);
            }
        }

        return new TemplateImage(text, ImageFormat.Raw);
    }
}
