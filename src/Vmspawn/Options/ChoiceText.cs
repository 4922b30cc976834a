namespace Vmspawn.Options;

/// <summary>One of a few words.</summary>
internal static class ChoiceText
{
    /// <summary>Reads the value of a word.</summary>
    public static Parsed<T> Parse<T>(string text, (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }

        return new Mistake("choice", "this is none of its values", $"one of {string.Join(", ", choices.Select(choice => choice.Word))}");
    }
}
