using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class CpusTextTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("4", 4)]
    [InlineData("cpus=4", 4)]
    [InlineData("4,sockets=2,cores=2,threads=1", 4)]
    [InlineData("4,sockets=2", 4)]
    [InlineData("2,maxcpus=8", 2)]
    [InlineData("2,maxcpus=8,sockets=2,cores=4,threads=1", 2)]
    [InlineData("sockets=2,cores=3", 6)]
    [InlineData("maxcpus=6,cores=3", 6)]
    [InlineData("8,dies=2,threads=2", 8)]
    public void QEMUs_topologies_are_read_and_kept_as_written(string text, int cpus) =>
        Assert.Equal(new CpuTopology(cpus, text), CpusText.Parse(text).Value);

    [Theory]
    [InlineData("", "cpus")]
    [InlineData("0", "cpus")]
    [InlineData("-1", "cpus")]
    [InlineData("four", "cpus")]
    [InlineData("4097", "cpus")]
    [InlineData("99999999999999999999", "cpus")]
    [InlineData("4,", "cpus")]
    [InlineData("4,2", "cpus")]
    [InlineData("4,cores=0", "cpus")]
    [InlineData("4,cores=", "cpus")]
    [InlineData("4,core=2", "cpus-key")]
    [InlineData("4,cores=2,cores=2", "cpus-twice")]
    [InlineData("4,cpus=4", "cpus-twice")]
    [InlineData("8,maxcpus=4", "cpus-max")]
    [InlineData("4,sockets=3", "cpus-product")]
    [InlineData("4,sockets=2,cores=2,threads=2", "cpus-product")]
    [InlineData("2,maxcpus=8,sockets=2,cores=2,threads=1", "cpus-product")]
    [InlineData("sockets=4096,cores=4096", "cpus-product")]
    [InlineData("1,drawers=4096,books=4096,dies=4096,clusters=4096,modules=4096,sockets=4096,cores=4096", "cpus-product")]
    [InlineData("drawers=4096,books=4096,dies=4096,clusters=4096,modules=4096,sockets=4096,cores=4096,threads=4096", "cpus-product")]
    public void Zero_garbage_and_contradictions_are_refused(string text, string code) =>
        Assert.Equal(code, CpusText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_topology_is_accepted_exactly_when_its_product_is_the_number_of_CPUs() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8], Gen.Int[1, 4], Gen.Int[1, 256]).Sample((sockets, cores, threads, cpus) =>
            CpusText.Parse($"{cpus},sockets={sockets},cores={cores},threads={threads}").Mistake is null == (sockets * cores * threads == cpus));

    [Fact]
    public void A_level_left_open_takes_up_any_rest() =>
        Gen.Select(Gen.Int[1, 16], Gen.Int[1, 200]).Sample((sockets, cpus) =>
            CpusText.Parse($"{cpus},sockets={sockets}").Mistake is null == (cpus % sockets == 0));
}
