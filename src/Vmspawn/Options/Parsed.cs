namespace Vmspawn.Options;

/// <summary>Why a text is no value of its kind; who asked for it adds the option's name.</summary>
/// <param name="Code">A stable word, as in <see cref="Problem.Code"/>.</param>
/// <param name="Text">What is wrong, without a full stop.</param>
/// <param name="Hint">What would be right.</param>
internal sealed record Mistake(string Code, string Text, string? Hint = null)
{
    /// <summary>The problem of the command line that this mistake is.</summary>
    public Problem About(string subject) => new(Code, subject, Text, Hint, ProblemKind.Usage);
}

/// <summary>A value, or why there is none.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
internal readonly struct Parsed<T>
{
    private readonly T? _value;

    private Parsed(T? value, Mistake? mistake)
    {
        _value = value;
        Mistake = mistake;
    }

    /// <summary>What is wrong, or null when there is a value.</summary>
    public Mistake? Mistake { get; }

    /// <summary>The value; asking for it where there is a mistake is a bug.</summary>
    public T Value => Mistake is null ? _value! : throw new InvalidOperationException(Mistake.Text);

    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static implicit operator Parsed<T>(Mistake mistake) => new(default, mistake);
}
