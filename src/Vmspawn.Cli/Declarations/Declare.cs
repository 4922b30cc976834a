using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Creates options of the common kinds.</summary>
internal static class Declare
{
    /// <summary>An option without a value.</summary>
    public static VmOption Flag(Topic topic, string name, char? letter, string description, Func<VmOptions, VmOptions> set) =>
        new(name, null, letter) { Topic = topic, Description = description, Set = (options, _, _) => set(options) };

    /// <summary>An option with a parser for its value.</summary>
    public static VmOption Value<T>(
        Topic topic,
        string name,
        char? letter,
        string takes,
        string description,
        Func<string, Parsed<T>> parse,
        Func<VmOptions, T, VmOptions> set,
        string? byDefault = null,
        params string[] words) =>
        new(name, takes, letter)
        {
            Topic = topic,
            Description = description,
            Default = byDefault,
            Words = words,
            Set = (options, value, problems) => Take(name, parse(value), options, set, value, problems),
        };

    /// <summary>A path; an empty value resets the option.</summary>
    public static VmOption Path(Topic topic, string name, char? letter, string takes, string description, Func<VmOptions, string?, VmOptions> set) =>
        Value(topic, name, letter, takes, description, PathText.Parse, set);

    /// <summary>An option whose value is one of a few words.</summary>
    /// <param name="topic">Its group in help.</param>
    /// <param name="name">Its long name.</param>
    /// <param name="takes">The name of its value.</param>
    /// <param name="description">What it does.</param>
    /// <param name="byDefault">The default value.</param>
    /// <param name="choices">The words with their values.</param>
    /// <param name="set">Applies a value to the options.</param>
    /// <param name="notYet">Returns what a value needs that is not available, for <see cref="NotYet"/>, or null.</param>
    public static VmOption Choice<T>(
        Topic topic,
        string name,
        string takes,
        string description,
        string byDefault,
        (string Word, T Value)[] choices,
        Func<VmOptions, T, VmOptions> set,
        Func<string, string?>? notYet = null)
    {
        var words = ChoiceText.Words(choices);
        return new VmOption(name, takes)
        {
            Topic = topic,
            Description = description,
            Default = byDefault,
            Words = words,
            Set = (options, value, problems) =>
            {
                if (notYet?.Invoke(value) is not { } what)
                    return Take(name, ChoiceText.Parse(value, choices), options, set, value, problems);
                problems.Add(NotYet($"{name}={value}", what, $"use one of {string.Join(", ", words)}"));
                return options;
            },
        };
    }

    /// <summary>A flag that requests the existing behaviour.</summary>
    public static VmOption Granted(Topic topic, string name, string description) =>
        new(name) { Topic = topic, Availability = Availability.Off, Description = description, Set = (options, _, _) => options };

    /// <summary>An option of which only the values that request nothing are implemented.</summary>
    /// <param name="topic">Its group in help.</param>
    /// <param name="name">Its long name.</param>
    /// <param name="takes">The name of its value.</param>
    /// <param name="what">What is not available, as a subject and verb: "a TPM is".</param>
    /// <param name="isOff">Whether a value requests nothing.</param>
    /// <param name="offWords">Those values, for help and completion.</param>
    public static VmOption Off(Topic topic, string name, string takes, string what, Func<string, bool> isOff, params string[] offWords) =>
        new(name, takes)
        {
            Topic = topic,
            Availability = Availability.Off,
            Description = $"Accepted: {string.Join(", ", offWords.Select(word => word.Length == 0 ? "no text" : word))}; {what} not available yet",
            Words = offWords.Where(word => word.Length > 0).ToArray(),
            Set = (options, value, problems) =>
            {
                if (!isOff(value))
                    problems.Add(NotYet($"{name}={value}", what, $"leave it out or say {name}={offWords[0]}"));
                return options;
            },
        };

    /// <summary>An option that is refused, except with an empty value, which resets it.</summary>
    public static VmOption Later(Topic topic, string name, string? takes, string what, char? letter = null, string? hint = null) =>
        new(name, takes, letter)
        {
            Topic = topic,
            Availability = Availability.Later,
            Description = $"{char.ToUpperInvariant(what[0])}{what[1..]} not available yet",
            Set = (options, value, problems) =>
            {
                if (takes is null || value.Length > 0)
                    problems.Add(NotYet(takes is null ? name : $"{name}={value}", what, hint));
                return options;
            },
        };

    /// <summary>The problem for something that is not implemented.</summary>
    public static Problem NotYet(string subject, string what, string? hint = null) =>
        new("not-available", subject, $"{what} not available yet", hint, ProblemKind.Usage);

    private static VmOptions Take<T>(
        string name,
        Parsed<T> parsed,
        VmOptions options,
        Func<VmOptions, T, VmOptions> set,
        string value,
        ICollection<Problem> problems)
    {
        if (parsed.Mistake is not { } mistake)
            return set(options, parsed.Value);
        problems.Add(mistake.About($"{name}={value}"));
        return options;
    }
}
