namespace Vmspawn.Options;

/// <summary>One of a few words.</summary>
internal static class ChoiceText
{
    /// <summary>The words; an empty one is understood but not shown.</summary>
    public static string[] Words<T>((string Word, T Value)[] choices) =>
        [.. choices.Where(choice => choice.Word.Length > 0).Select(choice => choice.Word)];

    /// <summary>The word for a value.</summary>
    public static string Word<T>(T value, (string Word, T Value)[] choices) =>
        choices.First(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word;

    /// <summary>Reads the value of a word.</summary>
    public static Parsed<T> Parse<T>(string text, (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }

        return new Mistake("choice", "this is none of its values", $"one of {string.Join(", ", Words(choices))}");
    }
}
