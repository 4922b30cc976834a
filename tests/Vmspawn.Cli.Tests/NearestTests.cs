using CsCheck;

namespace Vmspawn.Cli.Tests;

public class NearestTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("ram", "ram", 0)]
    [InlineData("ram", "rma", 1)]
    [InlineData("ram", "rm", 1)]
    [InlineData("ram", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_edits(string a, string b, int distance) => Assert.Equal(distance, Nearest.Distance(a, b));

    [Fact]
    public void Distance_is_symmetric_zero_only_for_equals_and_at_most_the_longer_length()
    {
        var word = Gen.String[Gen.Char["ab-"], 0, 8];
        Gen.Select(word, word).Sample((a, b) =>
            Nearest.Distance(a, b) == Nearest.Distance(b, a)
            && Nearest.Distance(a, b) == 0 == (a == b)
            && Nearest.Distance(a, b) <= Math.Max(a.Length, b.Length));
    }

    [Fact]
    public void Far_words_are_no_suggestion() => Assert.Null(Nearest.Find("--abc", ["--xyz", "--image"]));

    [Fact]
    public void Words_are_ordered_by_their_distance_and_those_that_begin_so_come_first() =>
        Assert.Equal(["web-0123456789abcdef", "webs", "wed", "database"], Nearest.Order("web", ["database", "wed", "web-0123456789abcdef", "webs"]));

    [Fact]
    public void Of_equally_near_words_the_first_is_taken() => Assert.Equal("--bar", Nearest.Find("--baz", ["--bar", "--bat"]));
}
