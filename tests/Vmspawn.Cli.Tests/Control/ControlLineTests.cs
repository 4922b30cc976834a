using Vmspawn.Cli.Control.Parse;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Control;

public class ControlLineTests
{
    private static ParsedCommand Parse(params string[] words) => CommandLine.Parse("vmspawn", words, new Dictionary<string, string>());

    private static Problem Only(params string[] words) => Assert.Single(Assert.IsType<Mistakes>(Parse(words)).Problems);

    [Theory]
    [InlineData("status", "NAME is missing")]
    [InlineData("poweroff", "NAME is missing")]
    [InlineData("attach", "NAME is missing")]
    [InlineData("attach web", "PATH|PROVIDER:VOLUME is missing")]
    [InlineData("detach web", "ID is missing")]
    [InlineData("replace web id", "PATH is missing")]
    [InlineData("qmp web", "COMMAND is missing")]
    [InlineData("events", "NAME is missing")]
    public void What_is_missing_is_named_with_the_usage(string line, string text)
    {
        var problem = Only(line.Split(' '));
        Assert.Equal(("operand-missing", text, ProblemKind.Usage), (problem.Code, problem.Text, problem.Kind));
        Assert.StartsWith($"vmspawn {line.Split(' ')[0]} NAME", problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list web", "web")]
    [InlineData("events web db", "db")]
    [InlineData("attach web path more", "more")]
    [InlineData("qmp web x {} {}", "{}")]
    public void A_word_too_many_is_named(string line, string subject)
    {
        var problem = Only(line.Split(' '));
        Assert.Equal(("operand-surplus", subject, ProblemKind.Usage), (problem.Code, problem.Subject, problem.Kind));
    }

    [Theory]
    [InlineData("attach web p --type=floppy", "choice")]
    [InlineData("attach web p --id=", "storage-id")]
    [InlineData("attach web p --id=a\u0007b", "storage-id")]
    [InlineData("detach web d --timeout=soon", "time")]
    [InlineData("detach web d --timeout=0", "time")]
    [InlineData("pause web --json", "option-unknown")]
    [InlineData("list --ram=1G", "option-unknown")]
    public void A_wrong_option_is_wrong_usage(string line, string code) => Assert.Equal(code, Only(line.Split(' ')).Code);

    [Fact]
    public void The_runtime_directory_may_be_chosen()
    {
        Assert.Equal(RuntimeScope.Auto, Assert.IsType<ListCommand>(Parse("list")).Scope);
        Assert.Equal(RuntimeScope.User, Assert.IsType<ListCommand>(Parse("list", "--user")).Scope);
        Assert.Equal(RuntimeScope.System, Assert.IsType<PowerCommand>(Parse("pause", "a", "--sys", "b")).Scope);
    }

    [Fact]
    public void Behind_two_dashes_nothing_is_an_option()
    {
        var attach = Assert.IsType<AttachCommand>(Parse("attach", "web", "-r", "--", "--json"));
        Assert.Equal(("--json", true, false, "d--json"), (attach.Path, attach.ReadOnly, attach.Json, attach.Id));
    }

    [Fact]
    public void Every_subcommand_has_a_help_that_fits_the_terminal_and_names_its_operands()
    {
        foreach (var name in ControlVerbs.Names)
        {
            var verb = Assert.IsType<ShowControlHelp>(Parse(name, "--help")).Verb;
            var help = ControlHelp.Write(verb, TextStyle.Plain);
            Assert.StartsWith($"vmspawn {name} ", help, StringComparison.Ordinal);
            Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 80, line));
            Assert.All(verb.Options(), option => Assert.Contains($" {option.Name}", help, StringComparison.Ordinal));
            Assert.All(verb.Operands, operand => Assert.Contains(operand.ToString(), help.Split('\n')[0], StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("/images/data.raw", "data.raw")]
    [InlineData("my disk (1).raw", "my-disk--1-.raw")]
    [InlineData("/dev/sda", "sda")]
    [InlineData("2024.raw", "d2024.raw")]
    [InlineData("größe", "gr--e")]
    [InlineData("/", "d")]
    [InlineData("a-name-of-a-file-that-is-very-much-longer-than-anybody-would-type.raw", "a-name-of-a-file-that-is-very-much-longer-than-anybody-would-typ")]
    public void An_id_is_made_from_the_file_s_name(string path, string id)
    {
        Assert.Equal(id, StorageIdText.Make(path));
        Assert.Null(StorageIdText.Parse(id).Mistake);
    }

    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("500ms", 500)]
    [InlineData("2min", 120_000)]
    [InlineData("1h", 3_600_000)]
    public void Times_have_units(string text, int milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), DurationText.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("s")]
    [InlineData("5 weeks")]
    [InlineData("999999999h")]
    [InlineData("0.00000001ms")]
    public void What_is_no_time_is_refused(string text) => Assert.NotNull(DurationText.Parse(text).Mistake);
}
