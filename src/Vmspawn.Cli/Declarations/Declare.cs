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
    public static VmOption Choice<T>(
        Topic topic,
        string name,
        string takes,
        string description,
        string byDefault,
        IReadOnlyList<(string Word, T Value)> choices,
        Func<VmOptions, T, VmOptions> set) =>
        new(name, takes)
        {
            Topic = topic,
            Description = description,
            Default = byDefault,
            Words = ChoiceText.Words(choices),
            Set = (options, value, problems) => Take(name, ChoiceText.Parse(value, choices), options, set, value, problems),
        };

    /// <summary>A flag that requests the existing behaviour.</summary>
    public static VmOption Granted(Topic topic, string name, string description) =>
        new(name) { Topic = topic, HasNoEffect = true, Description = description, Set = (options, _, _) => options };

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
