using System.Net;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Tests.Control;

public class NetworkLineTests
{
    private static ParsedCommand Parse(string line) => CommandLine.Parse("vmspawn", line.Split(' '), new Dictionary<string, string>());

    private static Problem Only(string line) => Assert.Single(Assert.IsType<Mistakes>(Parse(line)).Problems);

    [Fact]
    public void A_network_is_made_by_its_name_with_a_subnet_on_wish()
    {
        var plain = Assert.IsType<NetworkCreateCommand>(Parse("network create lan"));
        Assert.Equal(("lan", null, false, null), (plain.Name, plain.Subnet, plain.Foreground, plain.Link));
        var full = Assert.IsType<NetworkCreateCommand>(Parse("network --user create lan --subnet=10.1.0.0/16 --foreground"));
        Assert.Equal((IPNetwork.Parse("10.1.0.0/16"), true), (full.Subnet, full.Foreground));
        var owner = Assert.IsType<NetworkCreateCommand>(Parse($"{DetachedStart.Word} 5 6 network create lan"));
        Assert.Equal((5, 6), owner.Link);
    }

    [Theory]
    [InlineData("network partition lan a,b c", new[] { "lan" })]
    [InlineData("network rm one two", new[] { "one", "two" })]
    [InlineData("network heal lan", new[] { "lan" })]
    [InlineData("network quality lan --loss=2.5% --delay=20ms --jitter=0", new[] { "lan" })]
    public void Networks_are_changed_by_name(string line, string[] names) => Assert.Equal(names, Assert.IsType<NetworkChangeCommand>(Parse(line)).Names);

    [Theory]
    [InlineData("network make lan", "make", "there is no such action")]
    [InlineData("network create", "network create", "a word is missing")]
    [InlineData("network create a b", "network create", "it takes no such word: b")]
    [InlineData("network list --subnet=10.0.0.0/8", "--subnet", "\"network list\" has no such option")]
    [InlineData("network create lan --subnet=fast", "--subnet=fast", "this is no subnet")]
    [InlineData("network quality lan --loss=101", "--loss=101", "this is no percentage")]
    [InlineData("network quality lan --loss=-1", "--loss=-1", "this is no percentage")]
    [InlineData("network quality lan --delay=soon", "--delay=soon", "this is not a time")]
    [InlineData("network status a/b", "a/b", "a name cannot hold \"/\"")]
    public void A_mistake_is_named_with_what_is_right(string line, string subject, string text)
    {
        var problem = Only(line);
        Assert.Equal((subject, text, ProblemKind.Usage), (problem.Subject, problem.Text, problem.Kind));
        Assert.NotNull(problem.Hint);
    }

    [Theory]
    [InlineData("fault web disk vmspawn-root read")]
    [InlineData("fault web disk vmspawn-root all once")]
    [InlineData("fault --user web link down")]
    [InlineData("fault web link up 2")]
    [InlineData("fault web power")]
    [InlineData("fault web helper")]
    [InlineData("fault web helper swtpm stop")]
    [InlineData("fault web clock 400d")]
    [InlineData("fault web clock -1h")]
    public void A_fault_has_words_of_its_own(string line) => Assert.Equal("web", Assert.IsType<FaultCommand>(Parse(line)).Name);

    [Theory]
    [InlineData("fault web flood", "flood", "there is no such fault")]
    [InlineData("fault web disk x", "disk", "these are not its words")]
    [InlineData("fault web disk x melt", "melt", "this is no fault of a disk")]
    [InlineData("fault web link sideways", "sideways", "a link is up or down")]
    [InlineData("fault web link up first", "first", "this is no number of a card")]
    [InlineData("fault web helper swtpm tickle", "tickle", "this is no fault of a program")]
    [InlineData("fault web clock later", "later", "this is no time for a clock to jump")]
    [InlineData("fault web clock 0", "0", "this is no time for a clock to jump")]
    public void A_fault_that_there_is_not_is_named(string line, string subject, string text)
    {
        var problem = Only(line);
        Assert.Equal((subject, text, ProblemKind.Usage), (problem.Subject, problem.Text, problem.Kind));
    }
}
