using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>Yes, no or auto; an empty value is auto, which mkosi passes for unset options.</summary>
internal static class TristateText
{
    /// <summary>Parses one of the three.</summary>
    public static Parsed<Tristate> Parse(string text)
    {
        if (text.Length == 0 || text.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return Tristate.Auto;
        return BoolText.Match(text) switch
        {
            true => Tristate.Yes,
            false => Tristate.No,
            null => new Mistake("tristate", "this is neither yes, no nor auto", "use yes, no or auto"),
        };
    }
}

/// <summary>An option whose value is one of a few words.</summary>
internal static class ChoiceText
{
    /// <summary>The words for help and messages; an empty one is accepted but not listed.</summary>
    public static string[] Words<T>(IReadOnlyList<(string Word, T Value)> choices) =>
        [.. choices.Where(choice => choice.Word.Length > 0).Select(choice => choice.Word)];

    /// <summary>The word for a value.</summary>
    public static string Word<T>(T value, IReadOnlyList<(string Word, T Value)> choices) =>
        choices.First(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word;

    /// <summary>Parses a word.</summary>
    public static Parsed<T> Parse<T>(string text, IReadOnlyList<(string Word, T Value)> choices)
    {
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }

        return new Mistake("choice", "this is none of its values", $"one of {string.Join(", ", Words(choices))}");
    }
}
