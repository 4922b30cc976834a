using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>One occurrence of an option; the value is empty for a flag.</summary>
internal readonly record struct GivenOption(VmOption Option, string Value);

/// <summary>Command line words taken apart by the rules of getopt_long(3) with a leading <c>+</c>: options end at <c>--</c> or at the
/// first word that is none, long names may be shortened as long as they are unambiguous, short ones may be bundled.</summary>
/// <remarks>System.CommandLine reads words by other rules (options anywhere, <c>-x=value</c>, <c>/x</c>, <c>@file</c>, a value that looks
/// like an option is one), which a drop-in must not have; so the words are read here, by what the options declare to it.</remarks>
internal sealed class GetoptWords
{
    private readonly OptionTable _table;
    private readonly List<GivenOption> _given = [];
    private readonly List<Problem> _problems = [];

    private GetoptWords(OptionTable table) => _table = table;

    /// <summary>The options in the order given.</summary>
    public IReadOnlyList<GivenOption> Given => _given;

    /// <summary>What follows the options.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    /// <summary>Words that look like options but cannot be read as such.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Takes the words apart.</summary>
    public static GetoptWords Read(ReadOnlySpan<string> words, OptionTable table)
    {
        var read = new GetoptWords(table);
        var at = 0;
        while (at < words.Length && words[at].Length > 1 && words[at][0] == '-' && words[at] != "--")
        {
            if (words[at][1] == '-')
                read.TakeLong(words, ref at);
            else
                read.TakeBundle(words, ref at);
        }

        if (at < words.Length && words[at] == "--")
            at++;
        read.Rest = words[at..].ToArray();
        return read;
    }

    private void TakeLong(ReadOnlySpan<string> words, ref int at)
    {
        var word = words[at++];
        var equals = word.IndexOf('=');
        var name = equals < 0 ? word : word[..equals];
        if (FindLong(name) is not { } option)
            return;
        if (equals >= 0 && !option.TakesValue)
            Refuse("option-value", option.Name, "this option takes no value", $"write {option.Name} alone");
        else if (equals >= 0 || !option.TakesValue)
            _given.Add(new GivenOption(option, equals < 0 ? "" : word[(equals + 1)..]));
        else
            TakeNext(words, ref at, option, option.Name);
    }

    private VmOption? FindLong(string name)
    {
        var found = _table.ByAbbreviation(name);
        if (found.Count == 1)
            return found[0];
        if (found.Count == 0)
            Refuse("option-unknown", name, "there is no such option", UnknownHint(name));
        else
            Refuse("option-ambiguous", name, "this may stand for several options", $"one of {string.Join(", ", found.Select(option => option.Name))}");
        return null;
    }

    private void TakeBundle(ReadOnlySpan<string> words, ref int at)
    {
        var word = words[at++];
        for (var i = 1; i < word.Length; i++)
        {
            if (_table.ByLetter(word[i]) is not { } option)
            {
                Refuse("option-unknown", $"-{word[i]}", word.Length > 2 ? $"there is no such option, in {word}" : "there is no such option", SingleDashHint(word));
                return;
            }

            if (!option.TakesValue)
            {
                _given.Add(new GivenOption(option, ""));
                continue;
            }

            if (i + 1 < word.Length)
                _given.Add(new GivenOption(option, word[(i + 1)..]));
            else
                TakeNext(words, ref at, option, $"-{word[i]}");
            return;
        }
    }

    // The next word is the value whatever it looks like.
    private void TakeNext(ReadOnlySpan<string> words, ref int at, VmOption option, string subject)
    {
        if (at < words.Length)
            _given.Add(new GivenOption(option, words[at++]));
        else
            Refuse("option-value", subject, "a value is missing", $"write {option.Name}={option.HelpName}");
    }

    private string? UnknownHint(string name) =>
        name == PlanFormatOption.Name ? "it belongs to vmspawn plan" : Nearest.Hint(name, _table.All.Select(option => option.Name));

    // "-ram=2G" was meant to be "--ram=2G".
    private string? SingleDashHint(string word)
    {
        var equals = word.IndexOf('=');
        var name = "-" + (equals < 0 ? word : word[..equals]);
        return name.Length > 3 ? UnknownHint(name) : null;
    }

    private void Refuse(string code, string subject, string text, string? hint) =>
        _problems.Add(new Problem(code, subject, text, hint, ProblemKind.Usage));
}
