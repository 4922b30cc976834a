using Vmspawn.Cli.Control;
using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Tests.Control;

public class CompletionTests
{
    private static string[] Suggest(Desk desk, string line) => Suggestions
        .Of([$"[suggest:{line.Length}]", line], (verb, before) => Completion.WordsAsync(verb, before, desk.Places, Desk.Uid).GetAwaiter().GetResult())
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Operands(Desk desk, string line) => [.. Suggest(desk, line).Where(word => !word.StartsWith('-'))];

    [Fact]
    public async Task Names_of_running_machines_complete_and_those_given_already_do_not()
    {
        await using var desk = new Desk();
        desk.Add("db");
        desk.AddForeign("web");
        desk.Add("web2");
        Directory.CreateDirectory(Path.Combine(desk.Place, "dead"));
        Assert.Equal(["db", "web", "web2"], Operands(desk, "vmspawn poweroff "));
        Assert.Equal(["web", "web2"], Operands(desk, "vmspawn status w"));
        Assert.Equal(["db", "web2"], Operands(desk, "vmspawn pause web "));
        Assert.Empty(Operands(desk, "vmspawn events web "));
        Assert.Empty(Operands(desk, "vmspawn list "));
    }

    [Fact]
    public async Task Storage_ids_of_the_machine_before_complete()
    {
        await using var desk = new Desk();
        desk.Add("web");
        desk.AddForeign("theirs");
        Assert.Equal(["data", "root"], Operands(desk, "vmspawn detach web ").Order());
        Assert.Equal(["data"], Operands(desk, "vmspawn replace web d"));
        Assert.Empty(Operands(desk, "vmspawn attach web "));
        Assert.Empty(Operands(desk, "vmspawn detach theirs "));
        Assert.Empty(Operands(desk, "vmspawn detach gone "));
    }

    [Fact]
    public async Task Options_and_their_words_complete_and_options_do_not_count_as_operands()
    {
        await using var desk = new Desk();
        desk.Add("web");
        Assert.Equal(["--type"], Suggest(desk, "vmspawn attach --ty"));
        Assert.Equal(["nvme"], Suggest(desk, "vmspawn attach --type nv"));
        Assert.Equal(["web"], Operands(desk, "vmspawn detach --no-wait "));
    }

    [Fact]
    public void Every_subcommand_completes()
    {
        foreach (var name in ControlVerbs.Names)
            Assert.Contains(name, Suggestions.Of(["[suggest:8]", "vmspawn "], (_, _) => []).Split('\n'));
    }
}
