namespace Vmspawn.Options;

/// <summary>Why a text is not a valid value; the caller adds the option's name.</summary>
/// <param name="Code">A stable identifier, as in <see cref="Problem.Code"/>.</param>
/// <param name="Text">What is wrong, without a full stop.</param>
/// <param name="Hint">What would be right.</param>
public sealed record Mistake(string Code, string Text, string? Hint = null)
{
    /// <summary>The usage problem for this mistake.</summary>
    /// <param name="subject">The option with its value.</param>
    public Problem About(string subject) => new(Code, subject, Text, Hint, ProblemKind.Usage);
}

/// <summary>A parsed value, or a mistake.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct Parsed<T>
{
    private readonly T? _value;

    private Parsed(T? value, Mistake? mistake)
    {
        _value = value;
        Mistake = mistake;
    }

    /// <summary>The mistake, or null when parsing succeeded.</summary>
    public Mistake? Mistake { get; }

    /// <summary>The value; throws when there is a mistake.</summary>
    public T Value => Mistake is null ? _value! : throw new InvalidOperationException(Mistake.Text);

    /// <summary>A value.</summary>
    public static implicit operator Parsed<T>(T value) => new(value, null);

    /// <summary>A mistake.</summary>
    public static implicit operator Parsed<T>(Mistake mistake) => new(default, mistake);
}
