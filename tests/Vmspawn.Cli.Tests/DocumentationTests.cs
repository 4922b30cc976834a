using System.Text.RegularExpressions;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

/// <summary>Help, manual and reference list exactly the options that the parser has.</summary>
public partial class DocumentationTests
{
    private static readonly IReadOnlyList<VmOption> All = OptionTable.Everything().All;

    private static string[] Names(Func<VmOption, bool> which) => [.. All.Where(which).Select(option => option.Name).Order()];

    private static string[] NamesIn(string text) => [.. LongOption().Matches(text).Select(match => match.Value).Distinct().Order()];

    private static string[] NamesWithLetters(Func<VmOption, bool> which) =>
        [.. All.Where(option => option.Letter is not null && which(option)).Select(option => $"-{option.Letter} {option.Name}").Order()];

    [GeneratedRegex("--[a-z][a-z0-9-]*[a-z0-9]", RegexOptions.None, 1000)]
    private static partial Regex LongOption();

    [GeneratedRegex("`(?<letter>-[A-Za-z])`, `(?<name>--[a-z0-9-]+)`", RegexOptions.None, 1000)]
    private static partial Regex LettersInReference();

    [GeneratedRegex(@"(?<letter>-[A-Za-z]) "", "" (?<name>--[a-z0-9-]+)", RegexOptions.None, 1000)]
    private static partial Regex LettersInManual();

    private static string Section(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal);
        var end = text.IndexOf(to, start + from.Length, StringComparison.Ordinal);
        Assert.True(start >= 0 && end > start, $"no part from {from} to {to}");
        return text[start..end];
    }

    private static string Read(string path)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Vmspawn.slnx")))
                return File.ReadAllText(Path.Combine(directory.FullName, path));
        }

        throw new InvalidOperationException("the tests run outside of the repository");
    }

    private static string TableRows(string markdown) => string.Join('\n', markdown.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split('|')[1]));

    // The tags of .TP paragraphs: the line after each.
    private static string ManualTags(string roff)
    {
        var lines = roff.Replace("\\-", "-").Split('\n');
        return string.Join('\n', lines.Where((_, i) => i > 0 && lines[i - 1] == ".TP"));
    }

    [Fact]
    public void Help_lists_each_option_where_it_belongs()
    {
        var help = HelpText.Write(TextStyle.Plain);
        var entries = Section(help, "General:", "Accepted without");
        var accepted = Section(help, "Accepted without", "Examples:");
        Assert.Equal(Names(option => !option.HasNoEffect), NamesIn(string.Join('\n', entries.Split('\n').Select(line => line.Length < 33 || line[32] != ' ' ? line : line[..33]))));
        Assert.Equal(Names(option => option.HasNoEffect), NamesIn(accepted));
    }

    [Fact]
    public void The_manual_lists_each_option_where_it_belongs()
    {
        var manual = Read("packaging/vmspawn.1");
        var here = ManualTags(Section(manual, ".SH OPTIONS", ".SH COMPATIBILITY"));
        var compatibility = Section(manual, ".SH COMPATIBILITY", ".SH ENVIRONMENT");
        Assert.Equal(Names(option => !option.HasNoEffect), NamesIn(here));
        Assert.Equal(Names(option => option.HasNoEffect), NamesIn(ManualTags(compatibility)));
        Assert.Equal(
            NamesWithLetters(_ => true),
            LettersInManual().Matches(here + ManualTags(compatibility)).Select(match => $"{match.Groups["letter"]} {match.Groups["name"]}").Order());
    }

    [Fact]
    public void The_reference_lists_each_option_where_it_belongs()
    {
        var reference = Read("docs/options.md");
        var here = TableRows(Section(reference, "## Options\n", "## Options that are accepted"));
        var off = TableRows(Section(reference, "## Options that are accepted", "## Completion"));
        Assert.Equal(Names(option => !option.HasNoEffect), NamesIn(here));
        Assert.Equal(Names(option => option.HasNoEffect), NamesIn(off));
        Assert.Equal(
            NamesWithLetters(_ => true),
            LettersInReference().Matches(here + off).Select(match => $"{match.Groups["letter"]} {match.Groups["name"]}").Order());
    }

    [Fact]
    public void Variables_are_in_manual_and_reference()
    {
        foreach (var name in EnvironmentRequests.Names)
        {
            Assert.Contains($".B {name}\n", Read("packaging/vmspawn.1"), StringComparison.Ordinal);
            Assert.Contains($"| `${name}` |", Read("docs/options.md"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Subcommands_are_in_manual_and_reference()
    {
        foreach (var verb in Verbs.Now)
            Assert.Contains($".TP\n.B {verb}\n", Read("packaging/vmspawn.1"), StringComparison.Ordinal);
        foreach (var verb in Verbs.Later)
            Assert.Contains($"`{verb}`", Section(Read("docs/options.md"), "The subcommand `", "## Completion"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_of_wrong_usage_is_what_is_printed()
    {
        var example = Section(Read("docs/exit-status.md"), "$ vmspawn ", "$ echo");
        var lines = example.Split('\n', 2);
        var mistakes = Assert.IsType<Mistakes>(CommandLine.Parse("vmspawn", lines[0].Split(' ')[2..], new Dictionary<string, string>()));
        Assert.Equal(lines[1], Messages.Of(mistakes.Problems, TextStyle.Plain));
    }
}
