using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>One occurrence of an option; the value is empty for a flag.</summary>
internal readonly record struct GivenOption<TOption>(TOption Option, string Value);

/// <summary>Parses arguments.</summary>
internal static class GetoptWords
{
    /// <inheritdoc cref="GetoptWords{TOption}.Read"/>
    public static GetoptWords<TOption> Read<TOption>(ReadOnlySpan<string> words, OptionTable<TOption> table, bool anywhere = false)
        where TOption : CommandOption => GetoptWords<TOption>.Read(words, table, anywhere);
}

/// <summary>Parses arguments by the rules of getopt_long(3) with a leading <c>+</c>: options end at <c>--</c> or at the
/// first non-option, long names may be abbreviated unambiguously, short ones may be bundled.</summary>
/// <remarks>System.CommandLine has other rules (options anywhere, <c>-x=value</c>, <c>/x</c>, <c>@file</c>, a value that looks
/// like an option is an option), which are incompatible with systemd-vmspawn.</remarks>
internal sealed class GetoptWords<TOption>
    where TOption : CommandOption
{
    private readonly OptionTable<TOption> _table;
    private readonly List<GivenOption<TOption>> _given = [];
    private readonly List<Problem> _problems = [];

    private GetoptWords(OptionTable<TOption> table) => _table = table;

    /// <summary>The options in the order given.</summary>
    public IReadOnlyList<GivenOption<TOption>> Given => _given;

    /// <summary>The arguments after the options.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    /// <summary>Mistakes in the arguments, such as unknown options.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Parses the arguments.</summary>
    /// <param name="words">The arguments after the subcommand.</param>
    /// <param name="table">The known options.</param>
    /// <param name="anywhere">Whether options may follow operands, up to <c>--</c>.</param>
    public static GetoptWords<TOption> Read(ReadOnlySpan<string> words, OptionTable<TOption> table, bool anywhere = false)
    {
        var read = new GetoptWords<TOption>(table);
        var rest = new List<string>();
        var at = 0;
        while (at < words.Length && words[at] != "--")
        {
            var isOption = words[at].Length > 1 && words[at][0] == '-';
            if (isOption && words[at][1] == '-')
                read.TakeLong(words, ref at);
            else if (isOption)
                read.TakeBundle(words, ref at);
            else if (anywhere)
                rest.Add(words[at++]);
            else
                break;
        }

        if (at < words.Length && words[at] == "--")
            at++;
        read.Rest = [.. rest, .. words[at..]];
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
        else if (equals < 0 && option.Bare is { } bare)
            _given.Add(new GivenOption<TOption>(option, bare));
        else if (equals >= 0 || !option.TakesValue)
            _given.Add(new GivenOption<TOption>(option, equals < 0 ? "" : word[(equals + 1)..]));
        else
            TakeNext(words, ref at, option, option.Name);
    }

    private TOption? FindLong(string name)
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
                _given.Add(new GivenOption<TOption>(option, ""));
                continue;
            }

            if (i + 1 < word.Length)
                _given.Add(new GivenOption<TOption>(option, word[(i + 1)..]));
            else
                TakeNext(words, ref at, option, $"-{word[i]}");
            return;
        }
    }

    // The next argument is the value even if it looks like an option.
    private void TakeNext(ReadOnlySpan<string> words, ref int at, TOption option, string subject)
    {
        if (at < words.Length)
            _given.Add(new GivenOption<TOption>(option, words[at++]));
        else
            Refuse("option-value", subject, "a value is missing", $"write {option.Name}={option.HelpName}");
    }

    private string? UnknownHint(string name) =>
        name == PlanFormatOption.Name ? "it belongs to vmspawn plan"
        : RunModeOptions.Names.Contains(name) && _table.ByName(name) is null ? "it belongs to vmspawn run"
        : Nearest.Hint(name, _table.All.Select(option => option.Name));

    // Suggests "--ram=2G" for "-ram=2G".
    private string? SingleDashHint(string word)
    {
        var equals = word.IndexOf('=');
        var name = "-" + (equals < 0 ? word : word[..equals]);
        return name.Length > 3 ? UnknownHint(name) : null;
    }

    private void Refuse(string code, string subject, string text, string? hint) =>
        _problems.Add(new Problem(code, subject, text, hint, ProblemKind.Usage));
}
