using Vmspawn.Cli.Control;
using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Tests.Control;

public class CompletionTests
{
    private static async Task<string[]> SuggestAsync(Desk desk, string line) => (await Suggestions
        .OfAsync([$"[suggest:{line.Length}]", line], (verb, before) => Completion.WordsAsync(verb, before, desk.Where)))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string[]> OperandsAsync(Desk desk, string line) => [.. (await SuggestAsync(desk, line)).Where(word => !word.StartsWith('-'))];

    [Fact]
    public async Task Names_of_running_machines_complete_and_those_given_already_do_not()
    {
        await using var desk = new Desk();
        desk.Add("db");
        desk.AddForeign("web");
        desk.Add("web2");
        Directory.CreateDirectory(Path.Combine(desk.Place, "dead"));
        Assert.Equal(["db", "web", "web2"], await OperandsAsync(desk, "vmspawn poweroff "));
        Assert.Equal(["web", "web2"], await OperandsAsync(desk, "vmspawn status w"));
        Assert.Equal(["db", "web2"], await OperandsAsync(desk, "vmspawn pause web "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn events web "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn list "));
    }

    [Fact]
    public async Task Logs_completes_the_machines_that_have_a_log()
    {
        await using var desk = new Desk();
        desk.Add("db");
        Directory.CreateDirectory(Path.GetDirectoryName(desk.LogOf("old"))!);
        await File.WriteAllTextAsync(desk.LogOf("old"), "", TestContext.Current.CancellationToken);
        Assert.Equal(["old"], await OperandsAsync(desk, "vmspawn logs "));
    }

    [Fact]
    public async Task Words_of_faults_and_networks_complete_by_the_words_before_them()
    {
        await using var desk = new Desk();
        desk.Add("web");
        Assert.Equal(["disk"], await OperandsAsync(desk, "vmspawn fault web d"));
        Assert.Equal(["data", "root"], (await OperandsAsync(desk, "vmspawn fault web disk ")).Order());
        Assert.Contains("full", await OperandsAsync(desk, "vmspawn fault web disk root "));
        Assert.Equal(["once"], await OperandsAsync(desk, "vmspawn fault web disk root read "));
        Assert.Equal(["down", "up"], (await OperandsAsync(desk, "vmspawn fault web link ")).Order());
        Assert.Contains("partition", await OperandsAsync(desk, "vmspawn network "));
        Assert.Equal(["web"], await OperandsAsync(desk, "vmspawn network partition lan "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn network create "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn network rm "));
    }

    [Fact]
    public async Task Storage_ids_of_the_machine_before_complete()
    {
        await using var desk = new Desk();
        desk.Add("web");
        desk.AddForeign("theirs");
        Assert.Equal(["data", "root"], (await OperandsAsync(desk, "vmspawn detach web ")).Order());
        Assert.Equal(["data"], await OperandsAsync(desk, "vmspawn replace web d"));
        Assert.Empty(await OperandsAsync(desk, "vmspawn attach web "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn detach theirs "));
        Assert.Empty(await OperandsAsync(desk, "vmspawn detach gone "));
    }

    [Fact]
    public async Task Options_and_their_words_complete_and_options_do_not_count_as_operands()
    {
        await using var desk = new Desk();
        desk.Add("web");
        Assert.Equal(["--type"], await SuggestAsync(desk, "vmspawn attach --ty"));
        Assert.Equal(["nvme"], await SuggestAsync(desk, "vmspawn attach --type nv"));
        Assert.Equal(["web"], await OperandsAsync(desk, "vmspawn detach --no-wait "));
    }

    [Fact]
    public async Task Every_subcommand_completes()
    {
        foreach (var name in ControlVerbs.Names)
            Assert.Contains(name, (await Suggestions.OfAsync(["[suggest:8]", "vmspawn "], (_, _) => Task.FromResult<IEnumerable<string>>([]))).Split('\n'));
    }
}
