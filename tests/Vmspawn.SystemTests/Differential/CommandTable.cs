using System.Text.RegularExpressions;

namespace Vmspawn.SystemTests.Differential;

/// <summary>A difference that is meant, with its reason.</summary>
/// <param name="Key">The fact that differs; <c>*</c> stands for anything, as in the next two.</param>
/// <param name="Theirs">What systemd's program gives it, <c>-</c> for nothing.</param>
/// <param name="Ours">What ours gives it.</param>
/// <param name="Reason">Why.</param>
internal sealed record WantedDifference(string Key, string Theirs, string Ours, string Reason)
{
    public bool Explains(Difference difference) =>
        Fits(Key, difference.Key) && Fits(Theirs, difference.Theirs) && Fits(Ours, difference.Ours);

    /// <summary>Reads <c>KEY | THEIRS | OURS | REASON</c>.</summary>
    public static WantedDifference Parse(string line) => line.Split(" | ") is [var key, var theirs, var ours, var reason]
        ? new(key.Trim(), theirs.Trim(), ours.Trim(), reason.Trim())
        : throw new FormatException($"\"KEY | THEIRS | OURS | REASON\" was expected: {line}");

    private static bool Fits(string pattern, string value) =>
        Regex.IsMatch(value, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.Singleline, TimeSpan.FromSeconds(1));
}

/// <summary>Where the two programs give QEMU different things.</summary>
internal sealed record Difference(string Key, string Theirs, string Ours)
{
    public override string ToString() => $"{Key} | {Theirs} | {Ours}";
}

/// <summary>One command line, and the differences that are meant there alone, and in its part of the table.</summary>
internal sealed record CommandLine(string Text, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Environment)
{
    public IReadOnlyList<WantedDifference> Wanted { get; init; } = [];

    public IReadOnlyList<WantedDifference> WantedHere { get; init; } = [];
}

/// <summary>The command lines of command-lines.txt, which says how they are written.</summary>
internal sealed record CommandTable(IReadOnlyList<CommandLine> Lines, IReadOnlyList<WantedDifference> Wanted)
{
    public static CommandTable Read(string path)
    {
        var (lines, wanted, prefix, here) = (new List<CommandLine>(), new List<WantedDifference>(), "", new List<WantedDifference>());
        foreach (var line in File.ReadLines(path).Where(line => line.Trim() is not ("" or ['#', ..])))
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
                lines[^1] = lines[^1] with { Wanted = [.. lines[^1].Wanted, WantedDifference.Parse(line)] };
            else if (line.StartsWith("everywhere: ", StringComparison.Ordinal))
                wanted.Add(WantedDifference.Parse(line["everywhere: ".Length..]));
            else if (line.StartsWith("before: ", StringComparison.Ordinal))
                (prefix, here) = (line["before: ".Length..], []);
            else if (line.StartsWith("here: ", StringComparison.Ordinal))
                here.Add(WantedDifference.Parse(line["here: ".Length..]));
            else
                lines.Add(Line(line, Words(prefix), Words(line == "(nothing)" ? "" : line)) with { WantedHere = here });
        }

        return new CommandTable(lines, wanted);
    }

    private static CommandLine Line(string text, List<string> prefix, List<string> words)
    {
        // As in a shell: variables stand in front.
        var variables = words.TakeWhile(word => word.StartsWith("SYSTEMD_", StringComparison.Ordinal) && word.Contains('=')).ToList();
        return new CommandLine(
            text, [.. prefix, .. words[variables.Count..]], variables.Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
    }

    /// <summary>Splits at blanks outside of single quotes.</summary>
    private static List<string> Words(string line)
    {
        var (words, word, quoted) = (new List<string>(), (string?)null, false);
        foreach (var letter in line)
        {
            if (letter == '\'')
                (quoted, word) = (!quoted, word ?? "");
            else if (letter != ' ' || quoted)
                word += letter;
            else if (word is not null)
                (words, word) = ([.. words, word], null);
        }

        return word is null ? words : [.. words, word];
    }
}
